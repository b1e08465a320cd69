// snippet
// Address and keys: LANGFUSE_BASEURL, LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY.
import { Langfuse } from "langfuse";

const langfuse = new Langfuse();

const trace = langfuse.trace({ name: "support", sessionId: "s-1", userId: "u-1", tags: ["beta", "shop"], input: "Where is my parcel? 📦" });
const helper = trace.span({ name: "helper", input: { order: 7 } });
const call = helper.generation({
  name: "answer",
  model: "gpt-4o",
  input: [
    { role: "system", content: "You help." },
    { role: "user", content: "Where is my parcel? 📦" },
  ],
});
call.update({ completionStartTime: new Date() }); // when the first piece of a stream is there
call.end({
  output: { role: "assistant", tool_calls: [{ id: "call-1", type: "function", function: { name: "find_parcel", arguments: "{\"order\":7}" } }] },
  usageDetails: { input: 600, input_cached_tokens: 400, output: 60, output_reasoning_tokens: 40 }, // no token in two of them
});
helper.end({ output: "It is on its way." });
trace.update({ output: "It is on its way." });

await langfuse.flushAsync(); // before the program ends
// end

const started = Date.parse("2026-01-02T03:04:05.000Z");
const tool = helper.span({ name: "find_parcel", input: { order: 7 } });
tool.end({ output: { status: "shipped" } });
const failed = helper.generation({ name: "retry", model: "gpt-4o", input: "again" });
failed.end({ level: "ERROR", statusMessage: "429 too many requests" });
const paid = helper.generation({ name: "summary", model: "our-own-model", startTime: new Date(started), completionStartTime: new Date(started + 250) });
paid.end({ output: "Shipped.", usage: { promptTokens: 10, completionTokens: 5, totalTokens: 15 }, costDetails: { input: 0.01, output: 0.0123 } });
const photo = helper.span({ name: "photo", input: { image: "data:image/png;base64,iVBORw0KGgo=" } });
photo.end();
const event = trace.event({ name: "cache-miss", metadata: { key: "order-7" } });
trace.update({ metadata: { plan: { name: "pro" } } });
trace.score({ name: "helpful", value: 0.9, comment: "good" });
await langfuse.shutdownAsync();

const { data } = await langfuse.fetchTrace(trace.id);
console.log(JSON.stringify({
  traceId: trace.id,
  ...Object.fromEntries(Object.entries({ helper, call, tool, failed, paid, photo, event }).map(([name, { id }]) => [name, id])),
  started,
  read: { name: data.name, output: data.output, observations: data.observations.map(o => o.id), scores: data.scores.map(s => s.value) },
}));
