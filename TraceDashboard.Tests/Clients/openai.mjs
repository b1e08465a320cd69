// snippet
// Address, protocol and key as above, and OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true.
import { createRequire } from "node:module";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { OpenAIInstrumentation } from "@opentelemetry/instrumentation-openai";

const sdk = new NodeSDK({ serviceName: "shop", instrumentations: [new OpenAIInstrumentation()] });
sdk.start(); // before OpenAI's SDK is loaded
const OpenAI = createRequire(import.meta.url)("openai");
// end
import { trace } from "@opentelemetry/api";
import { playProviders } from "./providers.mjs";

const provider = await playProviders();
const client = new OpenAI({ apiKey: "none", baseURL: `${provider.address}/v1`, maxRetries: 0 });
const tools = [{ type: "function", function: { name: "find_parcel", parameters: { type: "object", properties: { order: { type: "integer" } } } } }];
const messages = [{ role: "system", content: "You help." }, { role: "user", content: "Where is my parcel? 📦" }];
await trace.getTracer("shop.assistant").startActiveSpan("support", async request => {
  const asked = await client.chat.completions.create({ model: "gpt-4o", messages, tools });
  messages.push(asked.choices[0].message, { role: "tool", tool_call_id: "call-1", content: "shipped" });
  await client.chat.completions.create({ model: "gpt-4o", messages, tools });
  request.end();
  console.log(JSON.stringify({ traceId: request.spanContext().traceId }));
});

await sdk.shutdown();
provider.stop();
