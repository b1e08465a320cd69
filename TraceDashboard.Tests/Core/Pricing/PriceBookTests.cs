using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Core.Pricing;

/// <summary>Which of a project's own prices counts, and when.</summary>
public sealed class PriceBookTests
{
    private static readonly DateTimeOffset s_january = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_june = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    // A million input tokens, so that a cost in dollars is the price itself.
    private static readonly TokenUsage s_million = new() { Input = 1_000_000 };

    [Theory]
    [InlineData("acme-chat", "acme", 1)] // the exact name at this provider
    [InlineData("ACME-chat", "other", 2)] // the exact name
    [InlineData("acme-chat-large", "acme", 3)] // a glob at this provider, though the one without says more of the name
    [InlineData("acme-chat-large", null, 4)] // the longer glob
    [InlineData("acme-chat-xl", null, 5)] // the shorter glob
    [InlineData("acme-12", null, 6)] // a regular expression, when nothing else is for it
    public void The_most_specific_price_counts_in_whatever_order_they_were_made(string model, string? provider, int usd)
    {
        OwnPrice[] prices =
        [
            Own(1, ModelMatch.Exact, "acme-chat", "acme"), Own(2, ModelMatch.Exact, "acme-chat"), Own(3, ModelMatch.Glob, "acme-chat-*", "acme"),
            Own(4, ModelMatch.Glob, "acme-chat-l*"), Own(5, ModelMatch.Glob, "acme-chat-*"), Own(6, ModelMatch.Regex, @"acme-(chat.*|\d+)"),
        ];

        Assert.Equal(usd, Price(new PriceBook(PriceCatalogue.Default, prices), model, provider).Amount);
        Assert.Equal(usd, Price(new PriceBook(PriceCatalogue.Default, prices.Reverse()), model, provider).Amount);
    }

    [Fact]
    public void A_stored_cost_is_explained_with_the_price_that_it_was_computed_with()
    {
        var usage = new TokenUsage { Input = 1000 };
        var stored = new Cost(0.0025m, CostSource.Computed, "2026-07-24/openai/gpt-4o");
        var book = Book(Own(9, ModelMatch.Exact, "gpt-4o"));

        var ledger = book.Explain(stored, "openai", "gpt-4o", null, usage, null, s_june);

        Assert.Equal((stored, 0.0025m, "catalogue of 2026-07-24"), (ledger.Cost, ledger.Lines.Sum(l => l.Usd), ledger.Version));
        Assert.Equal(("own/p9/1", (decimal?)0.009m), (ledger.Now!.PriceKey, ledger.Now.Amount));
        Assert.Null(TestPrices.Catalogue.Explain(stored, "openai", "gpt-4o", null, usage, null, s_june).Now);
    }

    [Fact]
    public void A_price_that_is_no_longer_at_hand_leaves_the_amount_and_says_what_it_would_be_now()
    {
        var usage = new TokenUsage { Input = 1000 };

        var gone = TestPrices.Catalogue.Explain(new Cost(0.004m, CostSource.Computed, "2025-01-01/openai/gpt-4o"), "openai", "gpt-4o", null, usage, null, s_june);
        var same = TestPrices.Catalogue.Explain(new Cost(0.0025m, CostSource.Computed, "2025-01-01/openai/gpt-4o"), "openai", "gpt-4o", null, usage, null, s_june);

        Assert.Equal(((decimal?)0.004m, "2025-01-01/openai/gpt-4o", "catalogue of 2025-01-01", (decimal?)0.0025m), (gone.Cost.Amount, gone.PriceKey, gone.Version, gone.Now!.Amount));
        Assert.Empty(gone.Lines);
        Assert.Equal(("2025-01-01/openai/gpt-4o", 1, (decimal?)null), (same.PriceKey, same.Lines.Count, same.Now?.Amount));
    }

    [Fact]
    public void A_cost_that_was_unknown_or_nothing_stays_so_until_calls_are_priced_again()
    {
        var usage = new TokenUsage { Input = 1000 };

        var unknown = TestPrices.Catalogue.Explain(Cost.Unknown, "openai", "gpt-4o", null, usage, null, s_june);
        var refused = TestPrices.Catalogue.Explain(Cost.Refused, "openai", "gpt-4o", null, null, null, s_june);

        Assert.Equal((Cost.Unknown, (decimal?)0.0025m), (unknown.Cost, unknown.Now!.Amount));
        Assert.NotNull(unknown.UnknownBecause);
        Assert.Empty(unknown.Lines);
        Assert.Equal((Cost.Refused, (Cost?)null, (string?)null), (refused.Cost, refused.Now, refused.UnknownBecause));
    }

    [Fact]
    public void Of_two_that_say_as_much_the_newer_counts()
    {
        var book = Book(Own(1, ModelMatch.Glob, "acme-a*"), Own(2, ModelMatch.Glob, "acme-*b"));

        Assert.Equal(2, Price(book, "acme-ab").Amount);
        Assert.Equal(1, Price(book, "acme-ac").Amount);
    }

    [Fact]
    public void Own_prices_come_before_the_catalogue_and_the_response_model_before_the_request_model()
    {
        var book = Book(Own(7, ModelMatch.Exact, "gpt-4o"), Own(8, ModelMatch.Exact, "asked"));

        Assert.Equal(7, Price(book, "gpt-4o", "openai").Amount);
        Assert.Equal(PriceCatalogue.Default.Price("openai", "gpt-4o-mini", null, s_million, null, s_june), Price(book, "gpt-4o-mini", "openai"));
        Assert.Equal(7, book.Price(null, "gpt-4o", "asked", s_million, null, s_june).Amount);
        Assert.Equal(8, book.Price(null, "gpt-4o-mini", "asked", s_million, null, s_june).Amount);
        Assert.Equal(CostSource.Unknown, Price(book, "nobody-knows").Source);
    }

    [Theory]
    [InlineData("azure", "azure.ai.openai", true)]
    [InlineData("Azure OpenAI", "azure", true)]
    [InlineData("my-gateway", "My_Gateway", true)]
    [InlineData("openai", "openai.chat", true)]
    [InlineData("openai", "azure", false)]
    [InlineData("openai", null, false)]
    public void Providers_are_known_by_all_of_their_names(string own, string? ofSpan, bool same) =>
        Assert.Equal(same, Price(Book(Own(1, ModelMatch.Exact, "m-unknown", own)), "m-unknown", ofSpan).Amount is not null);

    [Theory]
    [InlineData(ModelMatch.Glob, "gpt-4", "gpt-4o", false)]
    [InlineData(ModelMatch.Glob, "*4?", "gpt-4o", true)]
    [InlineData(ModelMatch.Regex, "gpt-4", "gpt-4o", false)]
    [InlineData(ModelMatch.Regex, "gpt-4|gpt-4O", "gpt-4o", true)]
    [InlineData(ModelMatch.Regex, "(?i)^(gpt-4o)$", "gpt-4o", true)]
    public void A_pattern_is_for_the_whole_name(ModelMatch match, string pattern, string model, bool matches) =>
        Assert.Equal(matches, new ModelRule(match, pattern, null).MatchesModel(model));

    [Fact]
    public void A_version_counts_from_its_first_moment_until_before_its_last()
    {
        var book = Book(Own("p", ModelMatch.Exact, "m", [new(1, s_january, s_june, Usd(1)), new(2, s_june, null, Usd(2))]));

        Assert.Null(At(s_january.AddTicks(-1)));
        Assert.Equal((1m, "own/p/1"), At(s_january));
        Assert.Equal((1m, "own/p/1"), At(s_june.AddTicks(-1)));
        Assert.Equal((2m, "own/p/2"), At(s_june));
        Assert.Equal((2m, "own/p/2"), At(DateTimeOffset.MaxValue));

        (decimal?, string?)? At(DateTimeOffset time) => book.Price(null, "m", null, s_million, null, time) is { Source: CostSource.Computed } cost ? (cost.Amount, cost.PriceKey) : null;
    }

    [Fact]
    public void What_was_said_later_covers_what_was_said_before_and_an_end_leaves_the_next_rule()
    {
        var (march, may) = (s_january.AddMonths(2), s_january.AddMonths(4));
        var book = Book(
            Own("p", ModelMatch.Exact, "m", [new(1, null, null, Usd(1)), new(2, march, may, Usd(2)), new(3, s_june, null, null)]),
            Own(9, ModelMatch.Glob, "*"));

        Assert.Equal([1m, 2m, 1m, 9m], new[] { s_january, march, may, s_june }.Select(t => book.Price(null, "m", null, s_million, null, t).Amount));
        Assert.Equal(
            [(1, null, march), (2, march, may), (1, may, s_june)],
            book.Own[0].InForce.Select(s => (s.Number, s.From, s.To!.Value)));
    }

    [Fact]
    public void An_own_price_that_lacks_a_bucket_is_not_filled_from_the_catalogue()
    {
        var book = Book(Own("p", ModelMatch.Exact, "gpt-4o", [new(1, null, null, new PriceTable { Input = 1 })]));
        var usage = new TokenUsage { Input = 10, Output = 5 };

        Assert.Equal(CostSource.Unknown, book.Price("openai", "gpt-4o", null, usage, null, s_june).Source);
        Assert.Equal("The price of output tokens is not known for this model.", book.Explain("openai", "gpt-4o", null, usage, null, s_june).UnknownBecause);
    }

    [Fact]
    public void Every_kind_of_price_is_worked_out_like_one_of_the_catalogue()
    {
        var table = new PriceTable
        {
            Input = 2m,
            CacheRead = 0.2m,
            CacheWrite5m = 2.5m,
            CacheWrite1h = 4m,
            Output = 8m,
            Reasoning = 6m,
            PerRequest = 0.01m,
            Batch = new TokenPrices { Input = 1m, Output = 4m },
            LongContext = [new LongContextPrices { Over = 1_000, Input = 3m, Batch = new TokenPrices { Input = 1.5m } }],
        };
        var book = Book(Own("p", ModelMatch.Exact, "m", [new(1, s_january, null, table)]));
        var usage = new TokenUsage { Input = 100, CacheRead = 200, CacheWrite5m = 300, CacheWrite1h = 400, Output = 50, Reasoning = 10 };

        // 1 000 input tokens are not over 1 000: 100×2 + 200×0.2 + 300×2.5 + 400×4 + 50×8 + 10×6 = 3 050 millionths, and 0.01 for the call.
        Assert.Equal(0.01305m, book.Price(null, "m", null, usage, null, s_june).Amount);
        // One more is: every input token that has no long price of its own keeps its own: 101×3 + 40 + 750 + 1 600 + 400 + 60 = 3 153.
        Assert.Equal(0.013153m, book.Price(null, "m", null, usage with { Input = 101 }, null, s_june).Amount);
        // Batch: 100×1 + 200×0.2 + 300×2.5 + 400×4 + 50×4 + 10×4 (its own output price is nearer than the standard one of reasoning) = 2 730.
        Assert.Equal(0.01273m, book.Price(null, "m", null, usage, "batch", s_june).Amount);
        // Batch and long: 101×1.5 = 151.5, and the rest of the long request is as the standard one, then as the batch: 40 + 750 + 1 600 + 200 + 40.
        Assert.Equal(0.0127815m, book.Price(null, "m", null, usage with { Input = 101 }, "batch", s_june).Amount);

        var ledger = book.Explain(null, "m", null, usage, null, s_june);
        Assert.Equal((0.01305m, "own/p/1", "yours, from 2026-01-01", "your price for “m”: response model “m”"), (ledger.Computed, ledger.PriceKey, ledger.Version, ledger.Rule));
        Assert.Equal(ledger.Computed, ledger.Lines.Sum(l => l.Usd));
    }

    [Fact]
    public void The_answer_names_what_was_tried_and_what_counts()
    {
        var book = Book(
            Own("a", ModelMatch.Exact, "m", [new(1, null, s_january, Usd(1))]),
            Own("b", ModelMatch.Glob, "m*", [new(1, null, null, Usd(2))]),
            Own("c", ModelMatch.Regex, "m|n", [new(1, null, null, Usd(3))]));

        var answer = book.Find(null, "m", s_june);

        Assert.Equal(("own/b/1", "b", "yours, for all time"), (answer.Key, answer.OwnPriceId, answer.Version));
        Assert.Equal([("a", false, false), ("b", true, true), ("c", false, true)], answer.Own.Select(o => (o.Id, o.Chosen, o.InForce)));
        Assert.Equal([new BucketPrice(TokenBucket.Input, 2m)], answer.Prices);
        Assert.StartsWith("catalogue of ", book.Find("openai", "gpt-4o", s_june).Version, StringComparison.Ordinal);
        Assert.Equal(("No price is known for “x-nobody”.", null), (book.Find(null, "x-nobody", s_june).Problem, book.Find(null, "x-nobody", s_june).Key));
    }

    [Fact]
    public void Prices_that_cannot_be_are_told_by_their_field()
    {
        var errors = new List<string>();
        PriceTables.Check(
            new PriceTable { Input = -1, Output = 0.0000001m, Batch = new TokenPrices { Output = 1_000_001m }, PerRequest = 0.0000000000001m, LongContext = [new() { Over = 5, Input = 1 }, new() { Over = 5 }, new() { Over = 0, Input = 1 }] },
            (path, message) => errors.Add($"{path} {message}"));

        Assert.Equal(
            [
                "prices.input must be from 0 to 1000000",
                "prices.output must have at most 6 decimals",
                "prices.batch.output must be from 0 to 1000000",
                "prices.perRequest must have at most 12 decimals",
                "prices.longContext[1].over is there twice; put the prices of one size together",
                "prices.longContext[1] must have at least one price",
                "prices.longContext[2].over must be a number of input tokens, 1 or more",
            ],
            errors);
    }

    [Fact]
    public void A_known_name_is_priced_without_more_than_its_answer()
    {
        var book = Book([.. Enumerable.Range(1, 500).Select(i => Own(i, ModelMatch.Regex, $"m-{i}")), Own(1, ModelMatch.Exact, "m")]);
        var without = Measure(TestPrices.Catalogue, "gpt-4o");

        Assert.InRange(Measure(book, "m"), 0, without);
        Assert.InRange(Measure(book, "gpt-4o"), 0, without);

        static long Measure(PriceBook book, string model)
        {
            Price(book, model);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
                Price(book, model);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static Cost Price(PriceBook book, string model, string? provider = null) => book.Price(provider, model, null, s_million, null, s_june);

    private static PriceBook Book(params OwnPrice[] prices) => new(PriceCatalogue.Default, prices);

    private static PriceTable Usd(decimal input) => new() { Input = input };

    private static OwnPrice Own(int usd, ModelMatch match, string pattern, string? provider = null) =>
        new($"p{usd}", usd, new ModelRule(match, pattern, provider), [new OwnPriceVersion(1, null, null, Usd(usd))]);

    private static OwnPrice Own(string id, ModelMatch match, string pattern, OwnPriceVersion[] versions) => new(id, 100, new ModelRule(match, pattern, null), versions);
}
