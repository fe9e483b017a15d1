import { expect, test } from "vitest";
import { type TypedForm, typeOver } from "../../../../app/workers/jobForm/typedForm.ts";
import { exampleForm, type KubernetesForm, requestOf, secretLine } from "../../../../app/workers/kubernetes/kubernetesForm.ts";

const server = "https://collapsar.example.org";
const fillForm = (typed: TypedForm<KubernetesForm>, server: string) => typeOver(exampleForm(server), typed);

test("the form as it begins is one that the server takes; an empty queue is none", () => {
  const { request, problems } = requestOf(exampleForm(server));
  expect(problems).toEqual({});
  expect(request).toEqual({ ...exampleForm(server), queue: null });
});

test("what an address has goes over it, and what is wrong is said of its field", () => {
  const form = fillForm({ namespace: "lab", workers: "12", minutes: "soon", image: "A B", queue: "gpu" }, server);
  expect(form).toMatchObject({ namespace: "lab", workers: 12, minutes: Number.NaN, queue: "gpu" });
  expect(requestOf(form)).toEqual({
    request: null,
    problems: {
      minutes: "minutes: a whole number from 5 to 43200",
      image: 'the image is written as "registry.example.org/collapsar:1.0", with a tag or a digest',
    },
  });
});

test("the secret's line names what the manifest names", () => {
  expect(secretLine("Zk3-tQ8_v", { namespace: "lab", secret: "token.lab" })).toBe(
    "kubectl create secret generic token.lab --namespace lab --from-literal=token=Zk3-tQ8_v",
  );
});
