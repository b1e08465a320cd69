import { getActiveSpanId, getActiveTraceId } from "@langfuse/tracing";

const sent = {};
// snippet
// Address and keys: LANGFUSE_BASE_URL, LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY.
import { NodeSDK } from "@opentelemetry/sdk-node";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { propagateAttributes, startActiveObservation, startObservation } from "@langfuse/tracing";

const sdk = new NodeSDK({ spanProcessors: [new LangfuseSpanProcessor()] });
sdk.start();

const about = { traceName: "support", sessionId: "s-1", userId: "u-1", tags: ["beta", "shop"], metadata: { plan: "pro" } };
await propagateAttributes(about, () => startActiveObservation("helper", async helper => {
  helper.update({ input: { order: 7 } });
  const call = startObservation("answer", {
    model: "gpt-4o",
    input: [
      { role: "system", content: "You help." },
      { role: "user", content: "Where is my parcel? 📦" },
    ],
  }, { asType: "generation" });
  call.update({ completionStartTime: new Date() }); // when the first piece of a stream is there
  call.update({
    output: { role: "assistant", tool_calls: [{ id: "call-1", type: "function", function: { name: "find_parcel", arguments: "{\"order\":7}" } }] },
    usageDetails: { input: 600, input_cached_tokens: 400, output: 60, output_reasoning_tokens: 40 }, // no token in two of them
  });
  call.end();

  const tool = startObservation("find_parcel", { input: { order: 7 } }, { asType: "tool" });
  const parcel = await findParcel(7);
  tool.update({ output: parcel }).end();
  helper.update({ output: "It is on its way." });
}, { asType: "agent" }));

await sdk.shutdown(); // sends what waits
// end

async function findParcel(order) {
  const started = Date.parse("2026-01-02T03:04:05.000Z");
  const failed = startObservation("retry", { model: "gpt-4o", input: "again" }, { asType: "generation" });
  failed.update({ level: "ERROR", statusMessage: "429 too many requests" }).end();
  const paid = startObservation("summary", {
    model: "our-own-model",
    output: "Shipped.",
    completionStartTime: new Date(started + 250),
    usageDetails: { promptTokens: 10, completionTokens: 5, totalTokens: 15 },
    costDetails: { input: 0.01, output: 0.0123 },
  }, { asType: "generation", startTime: new Date(started) });
  paid.end(new Date(started + 2000));
  const photo = startObservation("photo", { input: { image: "data:image/png;base64,iVBORw0KGgo=" } });
  photo.end();
  Object.assign(sent, { traceId: getActiveTraceId(), helper: getActiveSpanId(), failed: failed.id, paid: paid.id, photo: photo.id, started });
  return { order, status: "shipped" };
}

console.log(JSON.stringify(sent));
