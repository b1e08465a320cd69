using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Analytics;

/// <summary>
/// Sums of stored money that the database computes. No sum of whatever clients sent may overflow there, so each amount is summed in two
/// parts, which are exact: <c>Sum(r => r.Cost / MoneySum.PicoPerMicro)</c> and <c>Sum(r => r.Cost % MoneySum.PicoPerMicro)</c>.
/// </summary>
internal static class MoneySum
{
    public const long PicoPerMicro = 1_000_000;

    public static decimal ToUsd(long micro, long pico) => PicoDollars.ToUsd((micro * (decimal)PicoPerMicro) + pico);
}
