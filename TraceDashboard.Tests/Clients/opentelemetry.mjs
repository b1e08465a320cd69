// snippet
// Address, protocol and key: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL, OTEL_EXPORTER_OTLP_HEADERS.
import { NodeSDK } from "@opentelemetry/sdk-node";
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";

const sdk = new NodeSDK({ serviceName: "shop" });
sdk.start();
const tracer = trace.getTracer("shop.assistant", "1.2.0");

const answer = await tracer.startActiveSpan("invoke_agent helper", async agent => {
  agent.setAttributes({
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": "helper",
    "session.id": "s-1",
    "user.id": "u-1",
    "tag.tags": ["beta", "shop"],
  });
  const result = await ask(agent);
  agent.end();
  return result;
});

await sdk.shutdown(); // sends what is still waiting
// end

function ask(agent) {
  const asked = Date.now();
  const call = tracer.startSpan("chat gpt-4o", {
    kind: SpanKind.CLIENT,
    startTime: asked,
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o",
      "gen_ai.request.stream": true,
      "gen_ai.input.messages": JSON.stringify([
        { role: "system", parts: [{ type: "text", content: "You help." }] },
        { role: "user", parts: [{ type: "text", content: "Where is my parcel? 📦" }] },
      ]),
    },
  });
  call.setAttributes({
    "gen_ai.response.id": "resp-1",
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "gen_ai.response.finish_reasons": ["tool_call"],
    "gen_ai.response.time_to_first_chunk": 0.25,
    "gen_ai.usage.input_tokens": 1000,
    "gen_ai.usage.cache_read.input_tokens": 400,
    "gen_ai.usage.output_tokens": 100,
    "gen_ai.usage.reasoning.output_tokens": 40,
    "gen_ai.output.messages": JSON.stringify([
      { role: "assistant", parts: [{ type: "tool_call", id: "call-1", name: "find_parcel", arguments: { order: 7 } }], finish_reason: "tool_call" },
    ]),
  });
  call.end(asked + 2000);

  const tool = tracer.startSpan("execute_tool find_parcel", {
    attributes: {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "find_parcel",
      "gen_ai.tool.call.id": "call-1",
      "gen_ai.tool.call.arguments": JSON.stringify({ order: 7 }),
      "gen_ai.tool.call.result": JSON.stringify({ status: "shipped" }),
    },
  });
  tool.end();

  const failed = tracer.startSpan("chat gpt-4o", {
    kind: SpanKind.CLIENT,
    attributes: { "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o" },
  });
  failed.recordException(new RangeError("too many requests"));
  failed.setStatus({ code: SpanStatusCode.ERROR, message: "429" });
  failed.end();

  const { traceId, spanId } = agent.spanContext();
  return { traceId, root: spanId, call: call.spanContext().spanId, tool: tool.spanContext().spanId, failed: failed.spanContext().spanId, asked };
}

console.log(JSON.stringify(answer));
