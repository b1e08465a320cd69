using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Prices;

internal static class ModelTimes
{
    public static string? Text(DateTimeOffset? time) => time is { } value ? Iso8601.Format(UnixNanos.FromDateTimeOffset(value)) : null;
}
