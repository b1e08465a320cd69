using System.Text;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Core.Pricing;

public class PriceFileTests
{
    [Fact]
    public void The_whole_file_is_loaded()
    {
        Assert.Equal("2026-07-24", PriceCatalogue.Default.Version);
        Assert.Equal(1736, PriceCatalogue.Default.Count);
    }

    [Fact]
    public void Every_row_prices_a_huge_call_without_overflow_and_adds_up()
    {
        const long million = 1_000_000;
        var huge = new TokenUsage { Input = million * million, CacheRead = million, CacheWrite5m = million, CacheWrite1h = million, InputAudio = million, InputImage = million, Output = million, Reasoning = million, OutputAudio = million, OutputImage = million };
        var unpriced = new HashSet<string>();
        foreach (var price in PriceCatalogue.Default.Prices)
        {
            foreach (var tier in new[] { null, "batch", "priority", "flex" })
            {
                var ledger = PriceCatalogue.Default.Explain(price.Provider, price.Model, null, huge, tier, null);
                if (ledger.Computed is not { } total)
                {
                    unpriced.Add(price.Model);
                    continue;
                }

                Assert.Equal(total, ledger.Lines.Sum(l => l.Usd));
                Assert.All(ledger.Lines, l => Assert.True(l.Usd >= 0));
                Assert.Equal(price.Model, ledger.PriceKey!.Split('/', 3)[2], ignoreCase: true);
            }
        }

        // Two embeddings have no price for output, one model none for input, one that makes images none for audio.
        Assert.Equal(["codestral-embed", "gpt-image-1", "mistral-embed", "twelvelabs.pegasus-1-2-v1:0"], unpriced.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_row_is_found_by_its_own_name_without_a_provider_or_said_to_be_ambiguous()
    {
        var catalogue = PriceCatalogue.Default;
        foreach (var price in catalogue.Prices)
        {
            var match = catalogue.Matcher.Match(null, price.Model, null);
            Assert.True(match.Price is not null || match.Problem!.Contains("costs differently", StringComparison.Ordinal), $"{price.Key}: {match.Problem}");
        }
    }

    [Theory]
    [InlineData("""{"provider":"p","model":"m","input_per_mtok":0.0000001}""", "'input_per_mtok' is not a whole number of pico-dollars")]
    [InlineData("""{"provider":"p","model":"m","input_per_mtok":-1}""", "'input_per_mtok' is not a whole number of pico-dollars")]
    [InlineData("""{"provider":"p","model":"m","smell_input_per_mtok":1}""", "'smell_input_per_mtok' is not a known price")]
    [InlineData("""{"provider":"p","input_per_mtok":1}""", "line 2")]
    [InlineData("not json", "line 2")]
    public void A_bad_line_is_refused_and_named(string row, string message)
    {
        var file = new MemoryStream(Encoding.UTF8.GetBytes("{\"version\":\"v\"}\n" + row));
        var error = Assert.Throws<InvalidDataException>(() => PriceCatalogue.Load(file));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("Price file, line 2:", error.Message, StringComparison.Ordinal);
    }
}
