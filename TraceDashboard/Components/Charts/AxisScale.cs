namespace TraceDashboard.Components.Charts;

/// <summary>Round ticks from zero to at least the largest value.</summary>
/// <param name="Step">1, 2, 2.5 or 5 times a power of ten.</param>
/// <param name="Steps">From zero to the top.</param>
public readonly record struct AxisScale(decimal Step, int Steps)
{
    private const int Wanted = 4;

    public decimal Max => Step * Steps;

    /// <param name="integers">Whether half a step would mean nothing.</param>
    public static AxisScale For(decimal largest, bool integers)
    {
        if (largest <= 0)
            return new AxisScale(1, 1);
        var raw = largest / Wanted;
        var power = 1m;
        while (power * 10 <= raw)
            power *= 10;
        while (power > raw)
            power /= 10;
        var factor = (raw / power) switch { <= 1 => 1m, <= 2 => 2m, <= 2.5m => 2.5m, <= 5 => 5m, _ => 10m };
        var step = factor * power;
        if (integers)
            step = Math.Max(1, decimal.Ceiling(step));
        return new AxisScale(step, (int)Math.Max(1, decimal.Ceiling(largest / step)));
    }
}
