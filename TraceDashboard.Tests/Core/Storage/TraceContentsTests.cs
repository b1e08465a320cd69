using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Langfuse;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Storage;

/// <summary>What a client gives as the input and output of a trace itself lies beside its summary, however large it is.</summary>
public class TraceContentsTests(PostgresCluster cluster)
{
    private static readonly string s_large = new('x', 1_000_000);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task An_update_reads_them_only_when_it_changes_them(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        await WriteAsync(store, Own(1, t => (t.Name, t.Input) = ("first", Utf8(s_large))));

        Assert.Equal([], await ContentsReadAsync(() => WriteAsync(store, Own(2, t => t.Name = "second"))));
        Assert.Equal(["span_contents"], await ContentsReadAsync(() => WriteAsync(store, Own(3, t => t.Output = Utf8("answer")))));

        var row = await store.Store.ReadAsync((db, ct) => db.Traces.SingleAsync(ct), Cancel);
        Assert.InRange(row.OwnState!.Length, 1, 1_000);
        Assert.Equal(("second", s_large, "answer"), await ReadAsync(store));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task The_latest_stands_whatever_comes_first_and_a_repeat_changes_nothing(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        await WriteAsync(store, Own(3, t => t.Input = Utf8("third")));
        await WriteAsync(store, Own(1, t => (t.Input, t.Output) = (Utf8("first"), Utf8("answer"))));

        Assert.Equal(0, await WriteAsync(store, Own(3, t => t.Input = Utf8("third"))));
        Assert.Equal((null, "third", "answer"), await ReadAsync(store));

        Assert.Equal(1, await WriteAsync(store, Own(4, t => t.Input = null)));
        Assert.Equal((null, null, "answer"), await ReadAsync(store));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task What_an_earlier_release_kept_in_the_summary_is_read_and_moves_with_the_next_update(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        await WriteAsync(store, Own(1, t => (t.Name, t.Input, t.Output) = ("first", Utf8("question"), Utf8("answer"))));
        await store.Store.WriteAsync(
            async (db, ct) =>
            {
                var row = await db.Traces.AsTracking().SingleAsync(ct);
                var state = JsonNode.Parse(row.OwnState!)!.AsObject();
                state.Remove("ContentDay");
                (state["Input"], state["Output"]) = (Convert.ToBase64String(Utf8("question")), Convert.ToBase64String(Utf8("answer")));
                row.OwnState = Utf8(state.ToJsonString());
                await db.SpanContents.ExecuteDeleteAsync(ct);
                return await db.SaveChangesAsync(ct);
            },
            Cancel);

        Assert.Equal(("first", "question", "answer"), await ReadAsync(store));
        await WriteAsync(store, Own(2, t => t.Name = "second"));

        Assert.Equal(("second", "question", "answer"), await ReadAsync(store));
        Assert.Equal("question", await store.Store.ReadAsync((db, ct) => db.SpanContents.Select(c => c.Input).SingleAsync(ct), Cancel));
    }

    private static TraceUpdate Own(long version, Action<TraceUpdate> set)
    {
        var update = new TraceUpdate { ProjectId = 1, TraceId = "t", Version = new UpdateVersion(1, version, 0) };
        set(update);
        return update;
    }

    /// <returns>How many traces it changed.</returns>
    private static async Task<int> WriteAsync(StoreFixture store, TraceUpdate update) =>
        (await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [], [update])], Cancel)).Count;

    private static async Task<(string? Name, string? Input, string? Output)> ReadAsync(StoreFixture store)
    {
        var trace = (await new LangfuseReader(store.Store, store.Get<PriceBooks>()).TraceAsync(1, "t", Cancel))!;
        return (trace.Row.Name, trace.Own?.Input, trace.Own?.Output);
    }

    private static async Task<List<string>> ContentsReadAsync(Func<Task> work)
    {
        var read = new List<string>();
        var here = new AsyncLocal<bool> { Value = true };
        void Note(string table)
        {
            if (here.Value && table == "span_contents")
                read.Add(table);
        }

        RowQuery.RowRead += Note;
        try
        {
            await work();
        }
        finally
        {
            RowQuery.RowRead -= Note;
        }

        return read;
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
