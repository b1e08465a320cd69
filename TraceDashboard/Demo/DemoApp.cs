namespace TraceDashboard.Demo;

/// <summary>How a program of the demo works, which decides the shape of its traces.</summary>
internal enum DemoFlow
{
    Chat,
    Retrieval,
    Agent,
    Review,
    Triage,
    Report,
}

/// <summary>A program of the demo: an online shop's assistant, search, agent and so on.</summary>
/// <param name="Name">The name of its traces.</param>
/// <param name="Share">Its part of all traces.</param>
/// <param name="Models">Numbers of its usual models in <see cref="DemoModel.Chat"/>.</param>
/// <param name="PromptTokens">Length of instructions and tool definitions, which every call repeats.</param>
internal sealed record DemoApp(
    string Name, string Service, DemoFlow Flow, double Share, int[] Models, int PromptTokens, string Instructions, IReadOnlyList<DemoTopic> Topics)
{
    public static IReadOnlyList<DemoApp> All { get; } =
    [
        new("support-chat", "support-bot", DemoFlow.Chat, 0.34, [0, 2, 3, 10, 4, 11], 2_600,
            "You are the assistant of an online shop for outdoor equipment. Answer briefly and kindly, in the language of the customer. " +
            "Never promise a delivery date that the order system does not confirm. When you are not sure, offer to hand over to a colleague.",
            DemoTopics.Support),
        new("knowledge-search", "knowledge-search", DemoFlow.Retrieval, 0.27, [1, 4, 0, 7, 9, 16, 22], 900,
            "Answer from the passages alone and name the passage that you used. If they do not hold the answer, say so.",
            DemoTopics.Knowledge),
        new("order-agent", "order-agent", DemoFlow.Agent, 0.15, [1, 5, 8, 14, 6, 15, 20], 3_400,
            "You handle orders, returns and refunds with the given tools. Look everything up before you act, and do nothing that cannot be undone without a confirmation.",
            DemoTopics.Orders),
        new("code-review", "review-bot", DemoFlow.Review, 0.08, [8, 25, 27, 28, 26, 5, 24, 30], 1_800,
            "Review the change. Name bugs first, then risks, then style. Quote the line that you mean. Say nothing when there is nothing to say.",
            DemoTopics.Code),
        new("ticket-triage", "triage-worker", DemoFlow.Triage, 0.12, [0], 700,
            "Sort the ticket into billing, delivery, product, account or other, with a priority from 1 to 4. Answer in JSON.",
            DemoTopics.Tickets),
        new("weekly-report", "report-writer", DemoFlow.Report, 0.04, [7, 17, 18, 12, 13, 19, 23, 29, 31, 21], 1_200,
            "Write a report for people with little time: the three things that changed, what they mean, what to do.",
            DemoTopics.Reports),
    ];
}

/// <summary>What somebody asks, what is answered, and what the answer rests on. <c>{order}</c> and the like are filled in.</summary>
internal sealed record DemoTopic(string Question, string Answer, string Source);
