using System.Globalization;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Demo;

/// <summary>
/// Thirty days of traces: busy by day and quiet at night and on weekends, growing from week to week, and the last day
/// dense. The same seed and time give the same traces.
/// </summary>
internal sealed class DemoData(int projectId, DateTimeOffset now, int seed)
{
    private const int Days = 30;
    private const int Users = 200;

    // The last day has a quarter of all traces.
    private const double LastDayShare = 0.25;

    private static readonly TimeSpan SessionGap = TimeSpan.FromMinutes(20);
    private static readonly double[] AppShares = [.. DemoApp.All.Select(a => a.Share)];

    private readonly DemoRandom _random = new(seed);
    private readonly List<(DemoContext Context, DateTimeOffset Last)> _sessions = [];

    // A provider refused calls for two hours of the last day.
    private readonly (DateTimeOffset From, DateTimeOffset To) _trouble = (now.AddHours(-7), now.AddHours(-5));

    /// <summary>Oldest first; the last one is about a minute old.</summary>
    public IEnumerable<DemoTrace> Traces(int count)
    {
        var longTraceAt = now.AddHours(-9);
        var longTraceDone = false;
        foreach (var start in Starts(count - 1))
        {
            if (!longTraceDone && start > longTraceAt)
            {
                longTraceDone = true;
                yield return DemoLongTrace.Create(LongTraceContext(longTraceAt), _random, UnixNanos.FromDateTimeOffset(longTraceAt));
            }

            yield return Next(start);
        }

        if (!longTraceDone)
            yield return DemoLongTrace.Create(LongTraceContext(longTraceAt), _random, UnixNanos.FromDateTimeOffset(longTraceAt));
    }

    /// <summary>A trace that starts then.</summary>
    public DemoTrace Next(DateTimeOffset start)
    {
        var trouble = start >= _trouble.From && start < _trouble.To ? "openai" : null;
        return DemoFlows.Create(Context(start), _random, UnixNanos.FromDateTimeOffset(start), trouble);
    }

    private List<DateTimeOffset> Starts(int count)
    {
        var begin = now.AddDays(-Days);
        var hours = Enumerable.Range(0, Days * 24).Select(h => Busyness(begin.AddHours(h), h)).ToArray();
        var lastDay = hours.Length - 24;
        var scale = hours[..lastDay].Sum() / hours[lastDay..].Sum() * LastDayShare / (1 - LastDayShare);
        for (var h = lastDay; h < hours.Length; h++)
            hours[h] *= scale;
        var total = hours.Sum();

        var starts = new List<DateTimeOffset>(count);
        var due = 0.0;
        for (var h = 0; h < hours.Length; h++)
        {
            due += hours[h] / total * count;
            while (starts.Count < Math.Min(count, Math.Round(due)))
                starts.Add(begin.AddHours(h).AddMilliseconds(_random.NextDouble() * 3_600_000));
        }

        // Answers take some seconds, and nothing may end in the future.
        var latest = now.AddMinutes(-2);
        return [.. starts.Select(s => s < latest ? s : latest.AddSeconds(-_random.Between(1, 600))).Order()];
    }

    private static double Busyness(DateTimeOffset hour, int sinceBegin)
    {
        var day = 0.12 + Math.Pow(Math.Max(0, Math.Sin((hour.Hour - 5) / 17.0 * Math.PI)), 1.5);
        var week = hour.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0.35 : 1;
        var growth = 1 + (0.9 * sinceBegin / (Days * 24));
        return day * week * growth;
    }

    private DemoContext Context(DateTimeOffset start)
    {
        _sessions.RemoveAll(s => start - s.Last > SessionGap);
        var open = _sessions.FindIndex(s => s.Context.App.Flow is DemoFlow.Chat or DemoFlow.Retrieval or DemoFlow.Agent);
        DemoContext context;
        if (open >= 0 && _random.Chance(0.45))
        {
            var session = _sessions[open].Context;
            context = session with { Turn = session.Turn + 1 };
            _sessions.RemoveAt(open);
        }
        else
        {
            context = new DemoContext(
                projectId, DemoApp.All[_random.Weighted(AppShares)], Environment(), Release(start),
                "u_" + (100 + _random.Zipf(Users)).ToString(CultureInfo.InvariantCulture), "s_" + _random.HexId(6), Turn: 1);
        }

        _sessions.Add((context, start));
        return context;
    }

    private DemoContext LongTraceContext(DateTimeOffset start) => new(
        projectId, DemoApp.All[^1] with { Name = "nightly-catalogue", Service = "catalogue-job" }, "production", Release(start), "u_100", "s_" + _random.HexId(6), Turn: 1);

    private string Environment() => _random.Weighted([0.82, 0.12, 0.06]) switch { 0 => "production", 1 => "staging", _ => "development" };

    /// <summary>A release every Tuesday, now and then with a fix on Thursday.</summary>
    private static string Release(DateTimeOffset at)
    {
        var week = ISOWeek.GetWeekOfYear(at.AddDays(-1).DateTime);
        var patch = at.DayOfWeek is DayOfWeek.Thursday or DayOfWeek.Friday or DayOfWeek.Saturday && week % 2 == 0 ? 1 : 0;
        return string.Create(CultureInfo.InvariantCulture, $"{at.Year}.{week}.{patch}");
    }
}
