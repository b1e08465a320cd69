import { playProviders } from "./providers.mjs";

const provider = await playProviders();
process.env.LANGSMITH_ENDPOINT = provider.address;

// snippet
// OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS, LANGSMITH_TRACING=true, LANGSMITH_OTEL_ENABLED=true.
import OpenAI from "openai";
import { RunTree } from "langsmith";
import { initializeOTEL } from "langsmith/experimental/otel/setup";
import { traceable } from "langsmith/traceable";
import { wrapOpenAI } from "langsmith/wrappers";

const { DEFAULT_LANGSMITH_TRACER_PROVIDER: tracing } = initializeOTEL();
const findParcel = traceable(async order => ({ order, status: "shipped" }), { name: "find_parcel", run_type: "tool" });
const about = { name: "support", tags: ["beta", "shop"], metadata: { session_id: "s-1", user_id: "u-1", plan: "pro" } };
const support = traceable(async question => {
  const parcel = await findParcel(7);
  return await answer(question, parcel);
}, about);
// end
import { trace } from "@opentelemetry/api";

const client = wrapOpenAI(new OpenAI({ apiKey: "none", baseURL: `${provider.address}/v1`, maxRetries: 0 }));
const search = traceable(async () => [{ page_content: "Parcels take a day." }], { name: "search", run_type: "retriever" });
const sent = {};

async function answer(question) {
  sent.traceId = trace.getActiveSpan().spanContext().traceId;
  await search(question);
  const messages = [{ role: "system", content: "You help." }, { role: "user", content: question }];
  await client.chat.completions.create({ model: "overloaded", messages }).catch(() => {});
  const reply = await client.chat.completions.create({ model: "gpt-4o", messages });
  return reply.choices[0].message.content;
}

await support("Where is my parcel? 📦");
await RunTree.getSharedClient().awaitPendingTraceBatches();
await tracing.shutdown();
provider.stop();
console.log(JSON.stringify(sent));
