namespace TraceDashboard.Demo;

/// <summary>Chance with the shapes that real traffic has; the same seed gives the same demo.</summary>
internal sealed class DemoRandom(int seed)
{
    private readonly Random _random = new(seed);

    public bool Chance(double probability) => _random.NextDouble() < probability;

    public int Between(int from, int to) => _random.Next(from, to + 1);

    public double NextDouble() => _random.NextDouble();

    public long NextInt64() => _random.NextInt64();

    public T Pick<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];

    /// <summary>An index at which few are frequent and many are rare.</summary>
    public int Zipf(int count)
    {
        // The inverse of the distribution function of 1/x between 1 and count + 1.
        return Math.Min(count - 1, (int)Math.Pow(count + 1, _random.NextDouble()) - 1);
    }

    /// <summary>A value around the median that is now and then several times as large, as latencies are.</summary>
    public double Skewed(double median, double sigma = 0.45)
    {
        var normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
        return median * Math.Exp(sigma * normal);
    }

    /// <summary>An index with these relative frequencies.</summary>
    public int Weighted(IReadOnlyList<double> weights)
    {
        var at = _random.NextDouble() * weights.Sum();
        for (var i = 0; i < weights.Count; i++)
        {
            at -= weights[i];
            if (at < 0)
                return i;
        }

        return weights.Count - 1;
    }

    public string HexId(int bytes)
    {
        Span<byte> id = stackalloc byte[bytes];
        _random.NextBytes(id);
        return Convert.ToHexStringLower(id);
    }
}
