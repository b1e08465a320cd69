namespace TraceDashboard.Core.Text;

/// <summary>Sums that stop at the largest number instead of turning negative: clients send any number.</summary>
internal static class Saturating
{
    public static long Add(long a, long b)
    {
        var sum = unchecked(a + b);
        return ((a ^ sum) & (b ^ sum)) >= 0 ? sum : a < 0 ? long.MinValue : long.MaxValue;
    }
}
