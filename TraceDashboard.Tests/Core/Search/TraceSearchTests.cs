using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Search;

public class TraceSearchTests(PostgresCluster cluster)
{
    private static readonly DateTimeOffset Start = UnixNanos.ToDateTimeOffset(StoredRows.Start);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Pages_go_through_the_whole_list_in_order_with_two_commands_each(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        var random = new Random(3);
        var rows = Enumerable.Range(0, 57).Select(i => StoredRows.Trace(1, $"t{i}", t =>
        {
            t.StartTime += random.Next(10);
            t.EndTime = random.Next(4) == 0 ? null : t.StartTime + random.Next(5);
            t.Cost = random.Next(4) == 0 ? null : random.Next(5);
        })).ToList();
        await fixture.Store.InsertAsync([.. rows, StoredRows.Trace(2, "foreign")]);
        var search = fixture.Get<TraceSearch>();
        using var log = new CommandLog();

        foreach (var order in Enum.GetValues<TraceOrder>())
        {
            var seen = new List<string>();
            string? cursor = null;
            do
            {
                var page = await search.SearchAsync(1, new TraceFilter(), order, cursor, 10, Cancel);
                seen.AddRange(page.Items.Select(i => i.TraceId));
                cursor = page.NextCursor;
                Assert.Equal(2, log.Take().Count);
            }
            while (cursor is not null);

            long Key(TraceRow t) => order switch
            {
                TraceOrder.NewestFirst => t.StartTime,
                TraceOrder.SlowestFirst => (t.EndTime - t.StartTime) ?? -1,
                _ => t.Cost ?? -1,
            };
            Assert.Equal(rows.OrderByDescending(Key).ThenByDescending(t => t.TraceNo).Select(t => t.TraceId), seen);
        }
    }

    // A clock that is a year ahead, one that is an hour ahead, and one that is right.
    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_trace_that_is_dated_far_ahead_does_not_stay_on_top_of_the_list(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        var now = fixture.Get<TimeProvider>().GetUnixNanos();
        const long day = 24 * 60 * 60 * UnixNanos.PerSecond;
        (string Id, long Start)[] traces = [("a year ahead", now + (365 * day)), ("an hour ahead", now + (day / 24)), ("right", now), ("two days ahead", now + (2 * day))];
        foreach (var (id, start) in traces)
        {
            await fixture.Get<SpanWriter>().WriteAsync(
                [new IngestBatch(1, [new SpanUpdate { ProjectId = 1, TraceId = id, SpanId = "s", Version = new UpdateVersion(2, 1, 0), Hash = 1, StartTime = start, EndTime = start }], [])], Cancel);
        }

        await fixture.Store.InsertAsync(StoredRows.Trace(1, "tomorrow's", t => (t.TraceNo, t.StartTime) = (1_000_000, now + (2 * day))));
        var search = fixture.Get<TraceSearch>();

        var all = (await search.SearchAsync(1, new TraceFilter(), TraceOrder.NewestFirst, null, 10, Cancel)).Items;
        var first = await search.SearchAsync(1, new TraceFilter(), TraceOrder.NewestFirst, null, 2, Cancel);
        var rest = await search.SearchAsync(1, new TraceFilter(), TraceOrder.NewestFirst, first.NextCursor, 10, Cancel);
        var soon = (await search.SearchAsync(1, new TraceFilter { To = UnixNanos.ToDateTimeOffset(now + (2 * day) - 1) }, TraceOrder.NewestFirst, null, 10, Cancel)).Items;

        Assert.Equal(["tomorrow's", "two days ahead", "a year ahead", "an hour ahead", "right"], all.Select(i => i.TraceId));
        Assert.Equal(all.Select(i => i.TraceId), first.Items.Concat(rest.Items).Select(i => i.TraceId));
        Assert.Equal(["two days ahead", "a year ahead", "an hour ahead", "right"], soon.Select(i => i.TraceId));
        Assert.Equal(["two days ahead", "a year ahead"], all.Where(i => i.IsDatedAhead).Select(i => i.TraceId));
        Assert.Equal(UnixNanos.ToDateTimeOffset(now + (365 * day)), all.Single(i => i.TraceId == "a year ahead").StartTime);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Each_condition_finds_what_it_names(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        await fixture.Store.InsertAsync(
            StoredRows.Trace(1, "plain"),
            StoredRows.Trace(1, "later", t => t.StartTime += UnixNanos.PerSecond),
            StoredRows.Trace(1, "ok", t => t.Status = (short)SpanStatus.Ok),
            StoredRows.Trace(1, "failed", t => t.Status = (short)SpanStatus.Error),
            StoredRows.Trace(1, "running", t => (t.OpenSpanCount, t.LastActivity) = (1, UnixNanos.FromDateTimeOffset(Start.AddMinutes(51)))),
            StoredRows.Trace(1, "abandoned", t => (t.OpenSpanCount, t.LastActivity) = (2, UnixNanos.FromDateTimeOffset(Start.AddMinutes(49)))),
            StoredRows.Trace(1, "models", t => t.Models = "\ngpt-4o\ngpt-4o-mini\n"),
            StoredRows.Trace(1, "mini", t => t.Models = "\ngpt-4o-mini\n"),
            StoredRows.Trace(1, "people", t => (t.UserId, t.SessionId, t.Environment, t.Name) = ("u", "s", "prod", "answer")),
            StoredRows.Trace(1, "text", t => t.SearchText = SearchText.Build("Größe 100%_\\", "Trace-ABC")),
            StoredRows.Trace(2, "foreign", t => (t.UserId, t.Models, t.SearchText) = ("u", "\ngpt-4o\n", "größe")));
        string[]? all = null;
        all = await FindAsync(new());

        Assert.Equal(10, all.Length);
        Assert.Equal(["later"], await FindAsync(new() { From = Start.AddSeconds(1) }));
        Assert.Equal(all.Except(["later"]), await FindAsync(new() { To = Start.AddSeconds(1) }));
        Assert.Equal(all.Except(["failed", "running", "abandoned"]), await FindAsync(new() { Status = TraceStatusFilter.Ok }));
        Assert.Equal(["failed"], await FindAsync(new() { Status = TraceStatusFilter.Error }));
        Assert.Equal(["running"], await FindAsync(new() { Status = TraceStatusFilter.Running }));
        Assert.Equal(["abandoned"], await FindAsync(new() { Status = TraceStatusFilter.Abandoned }));
        Assert.Equal(["models"], await FindAsync(new() { Model = "gpt-4o" }));
        Assert.Equal(["mini", "models"], await FindAsync(new() { Model = "gpt-4o-mini" }));
        Assert.Empty(await FindAsync(new() { Model = "%" }));
        Assert.Equal(["people"], await FindAsync(new() { UserId = "u" }));
        Assert.Equal(["people"], await FindAsync(new() { SessionId = "s" }));
        Assert.Equal(["people"], await FindAsync(new() { Environment = "prod" }));
        Assert.Equal(["people"], await FindAsync(new() { Name = "answer" }));
        Assert.Equal(["text"], await FindAsync(new() { Text = " GRÖSSE".Replace("SS", "ß", StringComparison.Ordinal) }));
        Assert.Equal(["text"], await FindAsync(new() { Text = "trace-aB" }));
        Assert.Equal(["text"], await FindAsync(new() { Text = "100%_\\" }));
        Assert.Empty(await FindAsync(new() { Text = "1%" }));
        Assert.Empty(await FindAsync(new() { Text = "\0\uD800x", UserId = "u\0", Name = "\uDC00" }));
        Assert.Equal(["people"], await FindAsync(new() { UserId = "u", Environment = "prod", Status = TraceStatusFilter.Ok, From = Start, To = Start.AddDays(1) }));

        async Task<string[]> FindAsync(TraceFilter filter)
        {
            var search = fixture.Get<TraceSearch>();
            var found = (await search.SearchAsync(1, filter, TraceOrder.NewestFirst, null, 100, Cancel)).Items.Select(i => i.TraceId).Order().ToArray();
            Assert.Equal(new TraceCount(found.Length, true), await search.CountAsync(1, filter, Cancel));
            Assert.Equal(found, (await search.RefreshAsync(1, filter, [.. all ?? found, "foreign", "gone"], Cancel)).Select(i => i.TraceId).Order());
            return found;
        }
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task An_item_says_what_is_known_and_leaves_out_what_is_not(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        await fixture.Store.InsertAsync(
            StoredRows.Trace(1, "bare", t => (t.EndTime, t.OpenSpanCount, t.LastActivity) = (null, 1, UnixNanos.FromDateTimeOffset(Start.AddMinutes(55)))),
            StoredRows.Trace(1, "full", t =>
            {
                t.StartTime -= 5;
                (t.Model, t.Models, t.Ttft, t.Cost, t.TokensIn, t.TokensOut) = ("b", "\na\nb\n", 7_000_000, 250_000_000_000, 3, 0);
                (t.SpanCount, t.ErrorCount, t.UnpricedCalls, t.Version, t.InputPreview) = (4, 2, 1, 9, "hi");
            }));

        var page = await fixture.Get<TraceSearch>().SearchAsync(1, new(), TraceOrder.NewestFirst, null, 10, Cancel);

        var bare = page.Items[0];
        Assert.Equal((null, TraceActivity.Running, null, 0, null, null, null), (bare.Duration, bare.Activity, bare.Model, bare.ModelCount, bare.Ttft, bare.Cost, bare.TokensIn));
        var full = page.Items[1];
        Assert.Equal((TraceActivity.Finished, "b", 2, TimeSpan.FromMilliseconds(7), 0.25m, 3L, 0L), (full.Activity, full.Model, full.ModelCount, full.Ttft, full.Cost, full.TokensIn, full.TokensOut));
        Assert.Equal((4, 2, 1, 9L, "hi"), (full.SpanCount, full.ErrorCount, full.UnpricedCalls, full.Version, full.InputPreview));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("!!!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AQAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_cursor_of_another_list_is_refused(string cursor)
    {
        await using var fixture = await CreateAsync(DatabaseProvider.Sqlite);

        var search = async () => await fixture.Get<TraceSearch>().SearchAsync(1, new(), TraceOrder.MostExpensiveFirst, cursor, 10, Cancel);

        await Assert.ThrowsAsync<InvalidCursorException>(search);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Counts_are_exact_up_to_10_000_and_a_lower_bound_beyond(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        await fixture.Store.InsertTracesAsync(10_000);
        var search = fixture.Get<TraceSearch>();

        Assert.Equal(new TraceCount(10_000, true), await search.CountAsync(1, new(), Cancel));
        await fixture.Store.InsertAsync(StoredRows.Trace(1, "one more"));
        Assert.Equal(new TraceCount(10_000, false), await search.CountAsync(1, new(), Cancel));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Facets_offer_the_values_of_the_range_most_used_first(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        await fixture.Store.InsertAsync(
        [
            .. Enumerable.Range(0, 60).Select(i => StoredRows.Trace(1, $"t{i}", t => (t.UserId, t.Models) = ($"u{i:d2}", i < 2 ? "\na\nb\n" : "\nb\n"))),
            StoredRows.Trace(1, "prod", t => (t.UserId, t.Environment) = ("u59", "prod")),
            StoredRows.Trace(1, "early", t => (t.StartTime, t.Models) = (t.StartTime - 1, "\nold\n")),
            StoredRows.Trace(2, "foreign", t => t.Models = "\nforeign\n"),
        ]);
        using var log = new CommandLog();

        var facets = await fixture.Get<TraceSearch>().FacetsAsync(1, Start, null, Cancel);

        Assert.Single(log.Take());
        Assert.True(facets.Complete);
        Assert.Equal([new FacetValue("b", 60), new FacetValue("a", 2)], facets.Models);
        Assert.Equal([new FacetValue("default", 60), new FacetValue("prod", 1)], facets.Environments);
        Assert.Equal(50, facets.Users.Count);
        Assert.Equal([new FacetValue("u59", 2), new FacetValue("u00", 1)], facets.Users.Take(2));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Pages_and_refreshes_find_their_rows_through_an_index(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        await fixture.Store.InsertTracesAsync(5_000);
        var search = fixture.Get<TraceSearch>();
        using var log = new CommandLog();

        var page = await search.SearchAsync(1, new() { From = Start }, TraceOrder.NewestFirst, null, 50, Cancel);
        Assert.Contains("ix_traces_time", await PlanAsync(), StringComparison.Ordinal);
        _ = await search.SearchAsync(1, new() { From = Start }, TraceOrder.NewestFirst, page.NextCursor, 50, Cancel);
        Assert.Contains("ix_traces_time", await PlanAsync(), StringComparison.Ordinal);
        _ = await search.SearchAsync(1, new() { UserId = "u7" }, TraceOrder.NewestFirst, null, 50, Cancel);
        Assert.Contains("ix_traces_user", await PlanAsync(), StringComparison.Ordinal);
        _ = await search.RefreshAsync(1, new() { From = Start, UserId = "u7" }, ["t1", "t2"], Cancel);
        var refresh = await PlanAsync();
        Assert.Contains(provider == DatabaseProvider.Sqlite ? "ix_trace_keys_id" : "PK_trace_keys", refresh, StringComparison.Ordinal);
        Assert.DoesNotContain("ix_traces_", refresh, StringComparison.Ordinal);

        async Task<string> PlanAsync()
        {
            var plan = (await log.TakePlansAsync(fixture.Store, Cancel))[0];
            Assert.DoesNotMatch("SCAN t$|SCAN t |Seq Scan", plan);
            return plan;
        }
    }

    private Task<StoreFixture> CreateAsync(DatabaseProvider provider) => StoreFixture.CreateAsync(
        provider, cluster, services => services.AddSearch().AddSingleton<TimeProvider>(new FakeTimeProvider(Start.AddHours(1))));
}
