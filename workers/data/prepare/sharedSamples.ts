/** A warning where samples of the test set are in the training set too; none where they are not. */
export function sharedWarning(train: readonly string[], test: readonly string[], what: string): string[] {
  const trained = new Set(train);
  const shared = test.filter((sample) => trained.has(sample)).length;
  return shared === 0 ? [] : [`${shared} of the ${test.length} test ${what} are in the training set too, byte for byte.`];
}
