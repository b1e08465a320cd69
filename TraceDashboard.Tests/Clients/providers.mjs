// Plays Anthropic and OpenAI on this machine, and what LangSmith's client asks its own server for. What they answer is always the same.
import { createServer } from "node:http";

const anthropicAnswer = {
  id: "msg_1", type: "message", role: "assistant", model: "claude-opus-4-6",
  content: [{ type: "text", text: "It is on its way." }], stop_reason: "end_turn", stop_sequence: null,
  usage: {
    input_tokens: 700, cache_read_input_tokens: 200, cache_creation_input_tokens: 100, output_tokens: 120,
    cache_creation: { ephemeral_5m_input_tokens: 60, ephemeral_1h_input_tokens: 40 }, service_tier: "standard",
  },
};

/** Asks for a tool when there is one that was not called yet. */
function openAiAnswer({ tools, messages }) {
  const asks = tools?.length > 0 && !messages.some(m => m.role === "tool");
  const message = asks
    ? { role: "assistant", content: null, tool_calls: [{ id: "call-1", type: "function", function: { name: "find_parcel", arguments: "{\"order\":7}" } }] }
    : { role: "assistant", content: "It is on its way.", refusal: null };
  return {
    id: asks ? "chatcmpl-1" : "chatcmpl-2", object: "chat.completion", created: 1764000000, model: "gpt-4o-2024-08-06",
    choices: [{ index: 0, finish_reason: asks ? "tool_calls" : "stop", logprobs: null, message }],
    usage: {
      prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100,
      prompt_tokens_details: { cached_tokens: 400 }, completion_tokens_details: { reasoning_tokens: 40 },
    },
  };
}

const answers = { "/v1/messages": () => anthropicAnswer, "/v1/chat/completions": openAiAnswer, "/info": () => ({}) };

/** Starts them; a model called "overloaded" is refused. */
export async function playProviders() {
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const piece of request)
      text += piece;
    const body = JSON.parse(text || "{}");
    const refused = body.model === "overloaded";
    const answer = refused ? { type: "error", error: { type: "rate_limit_error", message: "too many requests" } } : answers[request.url](body);
    response.writeHead(refused ? 429 : 200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  await new Promise(listening => server.listen(0, "127.0.0.1", listening));
  return { address: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}
