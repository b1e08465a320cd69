namespace TraceDashboard.Core.Analytics;

/// <summary>
/// The distribution of durations (DDSketch): each is counted in a bin whose bounds are 2 % apart, so that every quantile is
/// within 1 % of the true one. Sketches can be merged without loss, which percentiles cannot.
/// </summary>
public sealed class LatencySketch
{
    private const byte Format = 1;
    private const double Accuracy = 0.01;

    private static readonly double s_base = (1 + Accuracy) / (1 - Accuracy);
    private static readonly double s_logOfBase = Math.Log(s_base);
    private static readonly int s_maxBin = BinOf(long.MaxValue);

    // A window of the bins, from the one that _firstBin says. Durations of 0 are in none.
    private long[] _counts = [];
    private int _firstBin;
    private long _zeros;

    /// <summary>How many durations it has seen.</summary>
    public long Count { get; private set; }

    /// <param name="nanos">Negative durations, which clocks that were set can bring about, count as 0.</param>
    public void Add(long nanos)
    {
        Count++;
        if (nanos <= 0)
            _zeros++;
        else
            Bin(BinOf(nanos))++;
    }

    public void Merge(LatencySketch other)
    {
        Count += other.Count;
        _zeros += other._zeros;
        for (var i = 0; i < other._counts.Length; i++)
        {
            if (other._counts[i] > 0)
                Bin(other._firstBin + i) += other._counts[i];
        }
    }

    /// <summary>Adds what <see cref="Encode"/> has written; null adds nothing.</summary>
    /// <exception cref="FormatException">The bytes are not a sketch of this format.</exception>
    public void Merge(ReadOnlySpan<byte> encoded)
    {
        if (encoded.IsEmpty)
            return;
        if (encoded[0] != Format)
            throw new FormatException($"Unknown latency sketch format {encoded[0]}.");
        encoded = encoded[1..];
        var zeros = ReadNumber(ref encoded);
        _zeros += zeros;
        Count += zeros;
        var bin = 0L;
        while (!encoded.IsEmpty)
        {
            bin += ReadNumber(ref encoded);
            var count = ReadNumber(ref encoded);
            if (bin < 0 || bin > s_maxBin)
                throw new FormatException("The latency sketch is damaged.");
            Bin((int)bin) += count;
            Count += count;
        }
    }

    /// <summary>The count of zeros, then for each bin that is not empty its distance from the one before and its count; null when nothing was added.</summary>
    public byte[]? Encode()
    {
        if (Count == 0)
            return null;
        var bytes = new List<byte>(32) { Format };
        WriteNumber(bytes, _zeros);
        var last = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] == 0)
                continue;
            WriteNumber(bytes, _firstBin + i - last);
            WriteNumber(bytes, _counts[i]);
            last = _firstBin + i;
        }

        return [.. bytes];
    }

    /// <summary>In nanoseconds; null when nothing was added.</summary>
    /// <param name="quantile">From 0 to 1: 0.5 is the median.</param>
    public double? Quantile(double quantile)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quantile, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quantile, 1);
        if (Count == 0)
            return null;
        var rank = (long)(quantile * (Count - 1));
        var seen = _zeros;
        if (rank < seen)
            return 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (rank < seen)
                return 2 * Math.Pow(s_base, _firstBin + i) / (1 + s_base);
        }

        throw new InvalidOperationException("The bins of a latency sketch do not add up to its count.");
    }

    // The bin of all durations in (base^(bin-1), base^bin].
    private static int BinOf(long nanos) => (int)Math.Ceiling(Math.Log(nanos) / s_logOfBase);

    private ref long Bin(int bin)
    {
        if (_counts.Length == 0)
        {
            _counts = new long[8];
            _firstBin = bin;
        }
        else if (bin < _firstBin || bin >= _firstBin + _counts.Length)
        {
            var first = Math.Min(bin, _firstBin);
            var last = Math.Max(bin, _firstBin + _counts.Length - 1);

            // Room to both sides, so that a sketch that grows bin by bin is not copied each time.
            var spare = (last - first) / 4;
            first = Math.Max(0, first - spare);
            last = Math.Min(s_maxBin, last + spare);
            var counts = new long[last - first + 1];
            _counts.CopyTo(counts, _firstBin - first);
            (_counts, _firstBin) = (counts, first);
        }

        return ref _counts[bin - _firstBin];
    }

    private static void WriteNumber(List<byte> bytes, long value)
    {
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
    }

    private static long ReadNumber(ref ReadOnlySpan<byte> bytes)
    {
        long value = 0;
        for (var shift = 0; shift < 63; shift += 7)
        {
            if (bytes.IsEmpty)
                throw new FormatException("The latency sketch is cut short.");
            var next = bytes[0];
            bytes = bytes[1..];
            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new FormatException("The latency sketch is damaged.");
    }
}
