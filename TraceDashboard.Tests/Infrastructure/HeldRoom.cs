using TraceDashboard.Core.Api;

namespace TraceDashboard.Tests.Infrastructure;

internal static class HeldRoom
{
    /// <summary>Takes room in the budget, as other requests would, until it is disposed.</summary>
    public static IDisposable Hold(this Admission admission, long bytes)
    {
        var room = admission.Enter(default);
        room.Grow(bytes);
        return room;
    }
}
