// snippet
// The address and the key: OTLP_TRACES (…/v1/traces), OTLP_KEY.
import { Mastra } from "@mastra/core";
import { Agent } from "@mastra/core/agent";
import { createTool } from "@mastra/core/tools";
import { Observability } from "@mastra/observability";
import { OtelExporter } from "@mastra/otel-exporter";

const exporter = new OtelExporter({
  provider: { custom: { endpoint: process.env.OTLP_TRACES, protocol: "http/json", headers: { "x-api-key": process.env.OTLP_KEY } } },
});
const observability = new Observability({ configs: { otel: { serviceName: "shop", exporters: [exporter] } } });
// end
import { z } from "zod";
import { playProviders } from "./providers.mjs";

const provider = await playProviders();
const findParcel = createTool({
  id: "find_parcel",
  description: "Finds a parcel",
  inputSchema: z.object({ order: z.number() }),
  execute: async () => ({ status: "shipped" }),
});
const helper = new Agent({
  id: "helper",
  name: "helper",
  instructions: "You help.",
  model: { id: "openai/gpt-4o", url: `${provider.address}/v1`, apiKey: "none" },
  tools: { find_parcel: findParcel },
});
const mastra = new Mastra({ agents: { helper }, observability, logger: false });
const answer = await mastra.getAgent("helper").generate("Where is my parcel? 📦", {
  tracingOptions: { tags: ["beta", "shop"], metadata: { sessionId: "s-1", userId: "u-1", plan: "pro" } },
});
await mastra.shutdown();
provider.stop();
console.log(JSON.stringify({ traceId: answer.traceId }));
