using System.Globalization;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Demo;

/// <summary>One trace of exactly 10 000 spans: a nightly job that describes every article of the shop anew.</summary>
internal static class DemoLongTrace
{
    public const int Spans = 10_000;

    private const int Batches = 19;
    private const int SpansPerItem = 5;
    private const int Items = (Spans - 1 - Batches) / SpansPerItem;
    private const int SideBySide = 4;

    public static DemoTrace Create(DemoContext context, DemoRandom random, long start)
    {
        const string question = "Describe every article of the catalogue anew.";
        var trace = new DemoTrace(context, random, start) { Update = null! };
        var calls = new DemoCalls(context, trace, random, trouble: null);
        var root = trace.Add(null, context.App.Name, SpanKind.Chain, start, start);
        var at = start;
        for (int batch = 0, item = 0; batch < Batches; batch++)
        {
            var parent = trace.Add(root, $"batch {batch + 1} of {Batches}", SpanKind.Chain, at, at);
            var lanes = Enumerable.Repeat(at + DemoCalls.Millisecond, SideBySide).ToArray();
            for (; item < Items * (batch + 1) / Batches; item++)
            {
                var lane = item % SideBySide;
                lanes[lane] = DescribeItem(trace, calls, random, parent, item, lanes[lane]);
            }

            at = lanes.Max() + DemoCalls.Millisecond;
            parent.EndTime = at;
        }

        root.EndTime = at;
        trace.Update = DemoTrace.Describe(context, trace.TraceId, new UpdateVersion(2, at, 0), start, question, $"{Items} articles described.", ["nightly"]);
        return trace;
    }

    private static long DescribeItem(DemoTrace trace, DemoCalls calls, DemoRandom random, SpanUpdate batch, int item, long at)
    {
        var article = $$"""{"article":{{(10_000 + item).ToString(CultureInfo.InvariantCulture)}}}""";
        var chain = trace.Add(batch, $"article {10_000 + item}", SpanKind.Chain, at, at);
        var product = random.Pick(DemoTopics.Products);
        var read = calls.Tool(chain, "read_article", "call_" + random.HexId(6), article, product, at, 12);
        var text = $"The {product} is light, hard-wearing and made for every day outside.";
        var model = DemoModel.Chat[16];
        var span = trace.Add(chain, "chat " + model.Name, SpanKind.Generation, read.EndTime!.Value, read.EndTime.Value + (long)(random.Skewed(620) * DemoCalls.Millisecond));
        span.Provider = model.Provider;
        span.RequestModel = span.ResponseModel = model.Name;
        span.Input = DemoJson.Bytes(new JsonArray(DemoJson.Text("user", "Describe in one sentence: " + product)));
        span.Output = DemoJson.Bytes(new JsonArray(DemoJson.Text("assistant", text)));
        span.Usage = new TokenUsage { Input = random.Between(180, 420), CacheRead = 0, Output = DemoCalls.Tokens(text), Rule = UsageRule.InputIncludesCache };
        var check = trace.Add(chain, "length check", SpanKind.Guardrail, span.EndTime!.Value, span.EndTime.Value + DemoCalls.Millisecond);
        var save = calls.Tool(chain, "save_article", "call_" + random.HexId(6), article, "saved", check.EndTime!.Value, 25);
        chain.EndTime = save.EndTime;
        return save.EndTime!.Value;
    }
}
