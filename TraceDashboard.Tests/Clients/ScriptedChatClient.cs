using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace TraceDashboard.Tests.Clients;

/// <summary>A model that asks for a tool, answers with what the tool found, and after that fails.</summary>
internal sealed class ScriptedChatClient : IChatClient
{
    private int _calls;

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        var call = ++_calls;
        if (call == 1)
        {
            yield return Update(call, new FunctionCallContent("call-1", "find_parcel", new Dictionary<string, object?> { ["order"] = 7 }));
            yield return Update(call, new UsageContent(new UsageDetails { InputTokenCount = 1000, CachedInputTokenCount = 400, OutputTokenCount = 100, ReasoningTokenCount = 40 }), ChatFinishReason.ToolCalls);
        }
        else if (call == 2)
        {
            yield return Update(call, new TextContent("It is "));
            yield return Update(call, new TextContent("on its way."));
            yield return Update(call, new UsageContent(new UsageDetails { InputTokenCount = 200, OutputTokenCount = 10 }), ChatFinishReason.Stop);
        }
        else
        {
            throw new TimeoutException("the model did not answer");
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("openai", new Uri("https://api.openai.com/v1"), "gpt-4o") : null;

    public void Dispose()
    {
    }

    private static ChatResponseUpdate Update(int call, AIContent content, ChatFinishReason? finish = null) => new(ChatRole.Assistant, [content])
    {
        ResponseId = $"resp-{call}",
        MessageId = $"msg-{call}",
        ModelId = "gpt-4o-2024-08-06",
        FinishReason = finish,
    };
}
