using TraceDashboard.Core.Analytics;

namespace TraceDashboard.Tests.Core.Analytics;

public class LatencySketchTests
{
    [Fact]
    public void Quantiles_are_within_two_percent_also_after_merging_and_storing()
    {
        var random = new Random(5);
        for (var round = 0; round < 50; round++)
        {
            var values = new List<long>();
            var merged = new LatencySketch();
            for (var part = 0; part < 5; part++)
            {
                var sketch = new LatencySketch();
                var scale = Math.Pow(10, random.Next(1, 18));
                for (var i = random.Next(1, 400); i > 0; i--)
                {
                    values.Add((long)Math.Exp(random.NextDouble() * Math.Log(scale)));
                    sketch.Add(values[^1]);
                }

                if (part % 2 == 0)
                    merged.Merge(sketch);
                else
                    merged.Merge(sketch.Encode());
            }

            values.Sort();
            Assert.Equal(values.Count, merged.Count);
            foreach (var quantile in new[] { 0, 0.01, 0.5, 0.9, 0.95, 0.99, 1 })
            {
                var exact = values[(int)(quantile * (values.Count - 1))];
                Assert.InRange(merged.Quantile(quantile)!.Value, exact * 0.98, exact * 1.02);
            }
        }
    }

    [Fact]
    public void Order_and_grouping_of_merges_do_not_show_in_the_stored_form()
    {
        var random = new Random(6);
        var sketches = Enumerable.Range(0, 20).Select(_ =>
        {
            var sketch = new LatencySketch();
            for (var i = 0; i < 50; i++)
                sketch.Add(random.NextInt64(1L << random.Next(1, 62)));
            return sketch;
        }).ToArray();

        var one = new LatencySketch();
        foreach (var sketch in sketches)
            one.Merge(sketch);
        random.Shuffle(sketches);
        var (left, right) = (new LatencySketch(), new LatencySketch());
        foreach (var sketch in sketches[..7])
            left.Merge(sketch);
        foreach (var sketch in sketches[7..])
            right.Merge(sketch.Encode());
        right.Merge(left);

        Assert.Equal(one.Encode(), right.Encode());
    }

    [Fact]
    public void Extremes_have_a_place()
    {
        var sketch = new LatencySketch();
        Assert.Null(sketch.Encode());
        Assert.Null(sketch.Quantile(0.5));

        sketch.Add(-5);
        sketch.Add(0);
        sketch.Add(1);
        sketch.Add(long.MaxValue);

        var restored = new LatencySketch();
        restored.Merge(sketch.Encode());
        Assert.Equal(4, restored.Count);
        Assert.Equal(0, restored.Quantile(0.4));
        Assert.InRange(restored.Quantile(0.7)!.Value, 0.98, 1.02);
        Assert.InRange(restored.Quantile(1)!.Value, long.MaxValue * 0.98, long.MaxValue * 1.02);
    }

    [Fact]
    public void A_thousand_durations_of_one_kind_take_less_than_a_kilobyte()
    {
        var random = new Random(8);
        var sketch = new LatencySketch();
        for (var i = 0; i < 1_000; i++)
            sketch.Add((long)(1e9 * Math.Exp(random.NextDouble() * 3)));

        Assert.InRange(sketch.Encode()!.Length, 1, 1_000);
    }

    [Theory]
    [InlineData(new byte[] { 9 })]
    [InlineData(new byte[] { 1 })]
    [InlineData(new byte[] { 1, 0, 5 })]
    [InlineData(new byte[] { 1, 0, 0xFF, 0xFF, 0xFF, 0x7F, 1 })]
    [InlineData(new byte[] { 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF })]
    public void Bytes_that_are_not_a_sketch_are_refused(byte[] bytes) =>
        Assert.Throws<FormatException>(() => new LatencySketch().Merge(bytes));
}
