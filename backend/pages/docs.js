// Sends the request of a form of this page and shows the answer. Every part but this works without it.
"use strict";

const filled = (form, kind) => [...form.querySelectorAll(`[data-in="${kind}"]`)].filter((field) => field.value !== "");

const targetOf = (form) => {
  let path = form.dataset.path;
  for (const field of form.querySelectorAll('[data-in="path"]')) {
    path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
  }
  const query = new URLSearchParams(filled(form, "query").map((field) => [field.name, field.value])).toString();
  return new URL(path.slice(1) + (query ? `?${query}` : ""), new URL(".", location.href));
};

const bodyOf = (form) => {
  const [json] = filled(form, "json");
  if (json) return new Blob([json.value], { type: "application/json" });
  const fields = filled(form, "body");
  const files = fields.some((field) => field.type === "file");
  if (fields.length === 0) return undefined;
  const body = files ? new FormData() : new URLSearchParams();
  for (const field of fields) body.append(field.name, field.type === "file" ? field.files[0] : field.value);
  return body;
};

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches(".try")) return;
  event.preventDefault();
  const output = form.querySelector("output");
  const key = document.getElementById("key").value;
  const headers = key ? { Authorization: `Bearer ${key}` } : {};
  output.textContent = "…";
  try {
    const answer = await fetch(targetOf(form), { method: form.dataset.method, headers, body: bodyOf(form) });
    const text = await answer.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 1); } catch { /* no JSON: as it came */ }
    output.textContent = `${form.dataset.method} ${targetOf(form)}\n${answer.status} ${answer.headers.get("content-type") ?? ""}\n\n${shown}`;
  } catch (error) {
    output.textContent = `No answer: ${error.message}`;
  }
});
