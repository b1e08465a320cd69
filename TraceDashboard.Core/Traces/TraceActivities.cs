namespace TraceDashboard.Core.Traces;

public static class TraceActivities
{
    /// <param name="openSpanCount">Spans without an end.</param>
    /// <param name="lastActivity">When anything of the trace last arrived, in nanoseconds since the Unix epoch.</param>
    /// <param name="abandonedBefore">An open trace whose last activity is before this time is abandoned.</param>
    public static TraceActivity Of(int openSpanCount, long lastActivity, long abandonedBefore) =>
        openSpanCount == 0 ? TraceActivity.Finished : lastActivity >= abandonedBefore ? TraceActivity.Running : TraceActivity.Abandoned;
}
