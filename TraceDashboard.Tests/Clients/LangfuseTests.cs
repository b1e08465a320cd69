using TraceDashboard.Core.Media;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
using TraceDashboard.Core.Traces.Messages;

namespace TraceDashboard.Tests.Clients;

/// <summary>Langfuse's SDKs for JavaScript: the one that sends events, and the one that is made of OpenTelemetry.</summary>
public sealed class LangfuseTests
{
    [Fact]
    public async Task What_langfuse_3_sends_is_stored_whole_and_sending_it_again_changes_nothing()
    {
        await using var app = await ClientApp.StartAsync();
        var sent = await NodeClient.RunAsync("langfuse3.mjs", Environment(app, "LANGFUSE_BASEURL"));

        var traceId = ClientApp.Text(sent, "traceId");
        var trace = await app.TraceAsync(traceId);
        Assert.Equal(("support", "s-1", "u-1"), (trace.Name, trace.SessionId, trace.UserId));
        Assert.Equal(["beta", "shop"], trace.Tags);
        Assert.Equal(("Where is my parcel? 📦", "It is on its way."), (trace.InputPreview, trace.OutputPreview));
        Assert.Equal("""{"plan":{"name":"pro"}}""", trace.MetadataJson);
        Assert.Equal((7, 1, 3, 0), (trace.SpanCount, trace.ErrorCount, trace.ModelCalls, trace.UnpricedCalls));
        Assert.Equal((1010, 400, 105), (trace.TokensIn, trace.TokensCached, trace.TokensOut));
        Assert.Equal(0.0253m, trace.Cost);

        var helper = await app.SpanAsync(traceId, ClientApp.Text(sent, "helper"));
        Assert.Equal((null, SpanKind.Span, "helper"), (helper.Facts.ParentSpanId, helper.Facts.Kind, helper.Facts.Name));
        Assert.Equal(("""{"order":7}""", "It is on its way."), (helper.Input, helper.Output));

        var call = await app.SpanAsync(traceId, ClientApp.Text(sent, "call"));
        Assert.Equal((helper.Facts.SpanId, SpanKind.Generation, "answer", "gpt-4o"), (call.Facts.ParentSpanId, call.Facts.Kind, call.Facts.Name, call.Facts.Model));
        Assert.Equal(new TokenUsage { Input = 600, CacheRead = 400, Output = 60, Reasoning = 40 }, call.Facts.Usage);
        Assert.Equal((0.003m, CostSource.Computed), (call.Facts.Cost.Amount, call.Facts.Cost.Source)); // 600 × 2.50 + 400 × 1.25 + 100 × 10.00 USD per million
        Assert.True(call.Facts.StartTime <= call.Facts.FirstTokenTime && call.Facts.FirstTokenTime <= call.Facts.EndTime);
        var (input, output) = ClientApp.MessagesOf(call);
        Assert.Equal(["system: You help.", "user: Where is my parcel? 📦"], input);
        Assert.Equal(["""assistant: find_parcel#call-1({"order":7})"""], output);

        // This SDK knows spans, generations and events; it cannot say that a span is a tool.
        var tool = await app.SpanAsync(traceId, ClientApp.Text(sent, "tool"));
        Assert.Equal((helper.Facts.SpanId, SpanKind.Span, "find_parcel"), (tool.Facts.ParentSpanId, tool.Facts.Kind, tool.Facts.Name));
        Assert.Equal(("""{"order":7}""", """{"status":"shipped"}"""), (tool.Input, tool.Output));

        var failed = await app.SpanAsync(traceId, ClientApp.Text(sent, "failed"));
        Assert.Equal((SpanStatus.Error, "429 too many requests"), (failed.Facts.Status, failed.StatusMessage));
        Assert.Equal(CostSource.Refused, failed.Facts.Cost.Source);

        var paid = await app.SpanAsync(traceId, ClientApp.Text(sent, "paid"));
        Assert.Equal((0.0223m, CostSource.Reported), (paid.Facts.Cost.Amount, paid.Facts.Cost.Source));
        Assert.Equal((10, 5), (paid.Facts.Usage!.InputTotal, paid.Facts.Usage.OutputTotal));
        Assert.Equal(sent["started"]!.GetValue<long>() * UnixNanos.PerMillisecond, paid.Facts.StartTime);
        Assert.Equal(250 * UnixNanos.PerMillisecond, paid.Facts.FirstTokenTime - paid.Facts.StartTime);

        var moment = await app.SpanAsync(traceId, ClientApp.Text(sent, "event"));
        Assert.Equal((SpanKind.Event, "cache-miss"), (moment.Facts.Kind, moment.Facts.Name));

        var (scores, _) = await app.App.Get<ScoreReader>().ListAsync(1, new ScoreFilter { TraceId = traceId }, 0, 10, TestContext.Current.CancellationToken);
        var score = Assert.Single(scores).Score;
        Assert.Equal(("helpful", 0.9, "good", ScoreSource.Api), (score.Name, score.Value, score.Comment, score.Source));

        var read = sent["read"]!;
        Assert.Equal(("support", "It is on its way."), (ClientApp.Text(read, "name"), ClientApp.Text(read, "output")));
        Assert.Equal(7, read["observations"]!.AsArray().Count);
        Assert.Equal([0.9], read["scores"]!.AsArray().Select(s => s!.GetValue<double>()));

        await AssertUploadedAsync(app, traceId, ClientApp.Text(sent, "photo"));
        await app.AssertThatRepeatsChangeNothingAsync("/api/public/ingestion");
    }

    [Fact]
    public async Task What_langfuse_5_sends_is_stored_whole_and_sending_it_again_changes_nothing()
    {
        await using var app = await ClientApp.StartAsync();
        var sent = await NodeClient.RunAsync("langfuse5.mjs", Environment(app, "LANGFUSE_BASE_URL"));

        var traceId = ClientApp.Text(sent, "traceId");
        var trace = await app.TraceAsync(traceId);
        Assert.Equal(("support", "s-1", "u-1"), (trace.Name, trace.SessionId, trace.UserId));
        Assert.Equal(["beta", "shop"], trace.Tags);
        Assert.Equal("""{"plan":"pro"}""", trace.MetadataJson);
        Assert.Equal((6, 1, 3, 0), (trace.SpanCount, trace.ErrorCount, trace.ModelCalls, trace.UnpricedCalls));
        Assert.Equal((1010, 400, 105), (trace.TokensIn, trace.TokensCached, trace.TokensOut));
        Assert.Equal(0.0253m, trace.Cost);

        var helper = await app.SpanAsync(traceId, ClientApp.Text(sent, "helper"));
        Assert.Equal((null, SpanKind.Agent, "helper"), (helper.Facts.ParentSpanId, helper.Facts.Kind, helper.Facts.Name));
        Assert.Equal(("""{"order":7}""", "It is on its way."), (helper.Input, helper.Output));

        var call = Assert.Single(await app.SpansNamedAsync(traceId, "answer"));
        Assert.Equal((helper.Facts.SpanId, SpanKind.Generation, "gpt-4o"), (call.Facts.ParentSpanId, call.Facts.Kind, call.Facts.Model));
        Assert.Equal(new TokenUsage { Input = 600, CacheRead = 400, Output = 60, Reasoning = 40 }, call.Facts.Usage);
        Assert.Equal((0.003m, CostSource.Computed), (call.Facts.Cost.Amount, call.Facts.Cost.Source)); // 600 × 2.50 + 400 × 1.25 + 100 × 10.00 USD per million
        var (input, output) = ClientApp.MessagesOf(call);
        Assert.Equal(["system: You help.", "user: Where is my parcel? 📦"], input);
        Assert.Equal(["""assistant: find_parcel#call-1({"order":7})"""], output);

        var tool = Assert.Single(await app.SpansNamedAsync(traceId, "find_parcel"));
        Assert.Equal((helper.Facts.SpanId, SpanKind.Tool), (tool.Facts.ParentSpanId, tool.Facts.Kind));
        Assert.Equal(("""{"order":7}""", """{"order":7,"status":"shipped"}"""), (tool.Input, tool.Output));

        var failed = await app.SpanAsync(traceId, ClientApp.Text(sent, "failed"));
        Assert.Equal((SpanStatus.Error, "429 too many requests"), (failed.Facts.Status, failed.StatusMessage));
        Assert.Equal(CostSource.Refused, failed.Facts.Cost.Source);

        var paid = await app.SpanAsync(traceId, ClientApp.Text(sent, "paid"));
        Assert.Equal((0.0223m, CostSource.Reported), (paid.Facts.Cost.Amount, paid.Facts.Cost.Source));
        Assert.Equal((10, 5), (paid.Facts.Usage!.InputTotal, paid.Facts.Usage.OutputTotal));
        Assert.Equal(sent["started"]!.GetValue<long>() * UnixNanos.PerMillisecond, paid.Facts.StartTime);
        Assert.Equal(2_000 * UnixNanos.PerMillisecond, paid.Facts.EndTime - paid.Facts.StartTime);
        Assert.Equal(250 * UnixNanos.PerMillisecond, paid.Facts.FirstTokenTime - paid.Facts.StartTime);

        await AssertUploadedAsync(app, traceId, ClientApp.Text(sent, "photo"));
        await app.AssertThatRepeatsChangeNothingAsync("/api/public/otel/v1/traces");
    }

    /// <summary>The image is where it was in the input, and its bytes are here.</summary>
    private static async Task AssertUploadedAsync(ClientApp app, string traceId, string spanId)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var media = Assert.Single(MediaTag.Find((await app.SpanAsync(traceId, spanId)).Input));
        var store = app.App.Get<MediaStore>();
        var file = await store.FindAsync(1, media.MediaId!, cancellationToken);
        Assert.Equal(("image/png", 8), (file!.ContentType, file.Length));
        Assert.NotNull(file.UploadedAt);
        await using var content = store.Open(1, media.MediaId!)!;
        var bytes = new byte[8];
        await content.ReadExactlyAsync(bytes, cancellationToken);
        Assert.Equal(Convert.FromBase64String("iVBORw0KGgo="), bytes);
    }

    private static Dictionary<string, string> Environment(ClientApp app, string address) => new()
    {
        [address] = app.Address.ToString().TrimEnd('/'),
        ["LANGFUSE_PUBLIC_KEY"] = ClientApp.PublicKey,
        ["LANGFUSE_SECRET_KEY"] = ClientApp.SecretKey,
        ["LANGFUSE_TIMEOUT"] = "30", // seconds; for a loaded machine
    };
}
