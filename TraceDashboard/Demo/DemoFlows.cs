using System.Globalization;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Demo;

/// <summary>Makes one trace of a program, with the steps that such a program has.</summary>
internal sealed class DemoFlows
{
    private const long Millisecond = DemoCalls.Millisecond;

    private readonly DemoContext _context;
    private readonly DemoRandom _random;
    private readonly DemoTrace _trace;
    private readonly DemoCalls _calls;
    private readonly Dictionary<string, string> _slots;
    private readonly DemoModel _model;

    private DemoFlows(DemoContext context, DemoRandom random, long start, string? trouble)
    {
        _context = context;
        _random = random;
        _trace = new DemoTrace(context, random, start) { Update = null! };
        _calls = new DemoCalls(context, _trace, random, trouble);
        _model = context.App.Flow == DemoFlow.Triage ? DemoModel.Triage : DemoModel.Chat[context.App.Models[random.Zipf(context.App.Models.Length)]];
        _slots = new Dictionary<string, string>
        {
            ["{order}"] = "A-" + random.Between(100_000, 999_999).ToString(CultureInfo.InvariantCulture),
            ["{product}"] = random.Pick(DemoTopics.Products),
            ["{city}"] = random.Pick(DemoTopics.Cities),
            ["{team}"] = random.Pick(DemoTopics.Teams),
            ["{n}"] = random.Between(2, 12).ToString(CultureInfo.InvariantCulture),
            ["{days}"] = random.Between(4, 14).ToString(CultureInfo.InvariantCulture),
            ["{amount}"] = (random.Between(900, 24_000) / 100m).ToString("0.00", CultureInfo.InvariantCulture),
            ["{day}"] = random.Pick(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]),
        };
    }

    /// <param name="context">Where and for whom it runs.</param>
    /// <param name="random">Decides.</param>
    /// <param name="start">In nanoseconds since the Unix epoch.</param>
    /// <param name="trouble">The provider that refuses many calls just then; null when none does.</param>
    public static DemoTrace Create(DemoContext context, DemoRandom random, long start, string? trouble)
    {
        var flow = new DemoFlows(context, random, start, trouble);
        var topic = random.Pick(context.App.Topics);
        var question = flow.Fill(topic.Question);
        var answer = flow.Fill(topic.Answer);
        var answered = context.App.Flow switch
        {
            DemoFlow.Chat => flow.Chat(question, answer),
            DemoFlow.Retrieval => flow.Retrieve(question, answer, flow.Fill(topic.Source)),
            DemoFlow.Agent => flow.Act(question, answer, flow.Fill(topic.Source)),
            DemoFlow.Review => flow.Review(question, answer, flow.Fill(topic.Source)),
            DemoFlow.Report => flow.WriteReport(question, answer),
            _ => flow.Sort(question, answer),
        };
        string[] tags = context.Turn > 1 ? [context.App.Service, "follow-up"] : [context.App.Service];
        var end = flow._trace.Spans.Max(s => s.EndTime ?? start);
        flow._trace.Update = DemoTrace.Describe(context, flow._trace.TraceId, new UpdateVersion(2, end, 0), start, question, answered ? answer : null, tags);
        return flow._trace;
    }

    private bool Chat(string question, string answer)
    {
        var root = Root(SpanKind.Chain, question);
        var at = _trace.Start + (2 * Millisecond);
        if (_context.Environment == "staging")
        {
            var guardrail = _trace.Add(root, "input policy", SpanKind.Guardrail, at, at);
            (at, _) = _calls.Generate(guardrail, DemoModel.Guard, at, [DemoJson.Text("user", question)], DemoJson.Text("assistant", "allowed"), DemoCalls.Tokens(question) + 90, 2, stream: false);
            guardrail.EndTime = at;
        }

        var (end, answered) = Say(root, at, question, answer, extraTokens: 160 * (_context.Turn - 1), stream: true);
        return Finish(root, end, answered, answer);
    }

    private bool Retrieve(string question, string answer, string source)
    {
        var root = Root(SpanKind.Chain, question);
        var embedding = _random.Weighted([0.7, 0.2, 0.1]) switch { 0 => DemoModel.Embedding, 1 => DemoModel.LargeEmbedding, _ => DemoModel.MultilingualEmbedding };
        var at = _calls.Encode(root, embedding, SpanKind.Embedding, _trace.Start + Millisecond, question, DemoCalls.Tokens(question));
        var retriever = _trace.Add(root, "retrieval handbook", SpanKind.Retriever, at, at + (long)(_random.Skewed(45) * Millisecond), new JsonObject
        {
            ["gen_ai.operation.name"] = "retrieval",
            ["gen_ai.data_source.id"] = "handbook",
            ["gen_ai.retrieval.top_k"] = 8,
        });
        retriever.Input = DemoJson.Bytes(question);
        retriever.Output = Documents(source);
        at = retriever.EndTime!.Value;
        if (_random.Chance(0.4))
            at = _calls.Encode(root, _context.Environment == "production" ? DemoModel.Reranker : DemoModel.OwnReranker, SpanKind.Reranker, at, question, 0);
        var (end, answered) = Say(root, at, source + "\n\n" + question, answer, extraTokens: _random.Between(900, 3_600), stream: true);
        return Finish(root, end, answered, answer);
    }

    private bool Act(string question, string answer, string source)
    {
        var root = Root(SpanKind.Agent, question, "invoke_agent order-agent");
        root.AgentName = "order-agent";
        List<JsonObject> messages = [DemoJson.Text("system", _context.App.Instructions), DemoJson.Text("user", question)];
        var at = _trace.Start + Millisecond;
        var tokens = _context.App.PromptTokens + DemoCalls.Tokens(question);
        var rounds = _random.Between(1, 4);
        for (var round = 0; round < rounds; round++)
        {
            var calls = Enumerable.Range(0, _random.Between(1, 3))
                .Select(_ => ("call_" + _random.HexId(6), _random.Pick(DemoTopics.Tools), $$"""{"order":"{{_slots["{order}"]}}"}""")).ToList();
            var request = DemoJson.ToolCalls(calls);
            var (decided, ok) = _calls.Generate(root, _model, at, messages, request, tokens, calls.Count * 28, stream: false);
            at = decided;
            if (!ok)
                return Finish(root, at, false, answer);

            // Tools of one answer run side by side; a failed one is tried once more.
            messages.Add(request);
            var start = at + Millisecond;
            foreach (var (id, name, arguments) in calls)
            {
                var tool = _calls.Tool(root, name, id, arguments, source, start, name == "send_email" ? 600 : 140);
                if (tool.Status == SpanStatus.Error)
                    tool = _calls.Tool(root, name, id, arguments, source, tool.EndTime!.Value + (200 * Millisecond), 160);
                at = Math.Max(at, tool.EndTime!.Value);
                messages.Add(DemoJson.ToolResult(id, tool.Status == SpanStatus.Error ? "error: 502 Bad Gateway" : source));
                tokens += 60 + DemoCalls.Tokens(source);
            }
        }

        var (end, answered) = _calls.Generate(root, _model, at, messages, DemoJson.Text("assistant", answer), tokens, DemoCalls.Tokens(answer), stream: true);
        return Finish(root, end, answered, answer);
    }

    private bool Review(string question, string answer, string diff)
    {
        var root = Root(SpanKind.Chain, question);
        var tool = _calls.Tool(root, "get_diff", "call_" + _random.HexId(6), """{"context":12}""", diff, _trace.Start + Millisecond, 90);
        var (end, answered) = Say(root, tool.EndTime!.Value, question + "\n\n" + diff, answer, extraTokens: (int)_random.Skewed(5_200, 0.8), stream: false);
        if (answered && _random.Chance(0.3))
            end = Evaluate(root, end, answer);
        return Finish(root, end, answered, answer);
    }

    private bool WriteReport(string question, string answer)
    {
        var root = Root(SpanKind.Chain, question);
        var at = _trace.Start + Millisecond;
        var sections = _random.Between(2, 4);
        var end = at;
        var answered = true;
        for (var i = 0; i < sections; i++)
        {
            var (done, ok) = Say(root, at, $"{question}\nPart {i + 1} of {sections}.", answer, extraTokens: (int)_random.Skewed(7_000, 0.6), stream: false);
            end = Math.Max(end, done);
            answered &= ok;
        }

        if (!answered)
            return Finish(root, end, false, answer);
        (end, answered) = Say(root, end + Millisecond, question, answer, extraTokens: 400 * sections, stream: true);
        if (answered)
            end = Evaluate(root, end, answer);
        return Finish(root, end, answered, answer);
    }

    /// <summary>A trace of one span, as programs without tracing of their own send it.</summary>
    private bool Sort(string question, string answer)
    {
        var (_, answered) = Say(null, _trace.Start, question, answer, extraTokens: 0, stream: false);
        return answered;
    }

    private (long End, bool Answered) Say(SpanUpdate? parent, long at, string question, string answer, int extraTokens, bool stream) =>
        _calls.Generate(
            parent, _model, at, [DemoJson.Text("system", _context.App.Instructions), DemoJson.Text("user", question)], DemoJson.Text("assistant", answer),
            _context.App.PromptTokens + DemoCalls.Tokens(question) + extraTokens, DemoCalls.Tokens(answer), stream);

    private long Evaluate(SpanUpdate root, long at, string answer)
    {
        var evaluator = _trace.Add(root, "evaluate usefulness", SpanKind.Evaluator, at, at);
        (at, _) = _calls.Generate(
            evaluator, DemoModel.Judge, at, [DemoJson.Text("user", "Is this useful, from 1 to 5?\n\n" + answer)],
            DemoJson.Text("assistant", _random.Between(3, 5).ToString(CultureInfo.InvariantCulture)), DemoCalls.Tokens(answer) + 220, 2, stream: false);
        evaluator.EndTime = at;
        return at;
    }

    private SpanUpdate Root(SpanKind kind, string question, string? name = null)
    {
        var root = _trace.Add(null, name ?? _context.App.Name, kind, _trace.Start, _trace.Start);
        root.Input = DemoJson.Bytes(new JsonArray(DemoJson.Text("user", question)));
        return root;
    }

    private static bool Finish(SpanUpdate root, long end, bool answered, string answer)
    {
        root.EndTime = end + Millisecond;
        root.Version = new UpdateVersion(2, end + Millisecond, 0);
        if (answered)
            root.Output = DemoJson.Bytes(new JsonArray(DemoJson.Text("assistant", answer)));
        else
            DemoTrace.Fail(root, "no_answer", "The model gave no answer.");
        return answered;
    }

    private byte[] Documents(string source)
    {
        var documents = new JsonArray();
        for (var i = 0; i < 3; i++)
        {
            documents.Add(new JsonObject
            {
                ["id"] = "doc-" + _random.Between(100, 999).ToString(CultureInfo.InvariantCulture),
                ["score"] = Math.Round(0.91 - (i * 0.07), 2),
                ["content"] = i == 0 ? source : Fill(_random.Pick(DemoTopics.Knowledge).Source),
            });
        }

        return DemoJson.Bytes(documents);
    }

    private string Fill(string template)
    {
        foreach (var (slot, value) in _slots)
            template = template.Replace(slot, value, StringComparison.Ordinal);
        return template;
    }
}
