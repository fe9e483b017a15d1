/** Name of the identity provider within the addresses. */
export const oidcId = "oidc";

/** Where the provider's callback lies, below the public address; the provider wants to know it. */
export const authPath = "/auth";
