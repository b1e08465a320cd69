using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace TraceDashboard.Core.Live;

/// <summary>One trace that a committed batch changed.</summary>
public readonly record struct TraceChanged(int ProjectId, string TraceId);

/// <summary>
/// Tells pages and event streams which traces changed. Changes of a project are gathered and handed out in ticks, at most
/// four a second, to all its subscribers at the same moment; so readers that ask the same can be answered once
/// (<see cref="SharedQueries"/>). Publishing never waits for a reader: one that is slow finds its ticks merged.
/// </summary>
public sealed class LiveFeed(TimeProvider time, IOptions<LiveOptions> options)
{
    private readonly ConcurrentDictionary<int, ProjectFeed> _projects = new();

    /// <summary>To be called after the commit.</summary>
    public void Publish(IReadOnlyCollection<TraceChanged> changes)
    {
        foreach (var project in changes.GroupBy(c => c.ProjectId))
            Feed(project.Key).Publish(project.Select(c => c.TraceId));
    }

    public ChangeSubscription Subscribe(int projectId) => Feed(projectId).Subscribe();

    /// <summary>The number of the project's last tick. A query that starts now sees all that was committed before it.</summary>
    public long CurrentTick(int projectId) => Feed(projectId).Tick;

    private ProjectFeed Feed(int projectId) =>
        _projects.GetOrAdd(projectId, static (_, state) => new ProjectFeed(state.time, state.options.Value), (time, options));

    private sealed class ProjectFeed
    {
        private readonly Lock _gate = new();
        private readonly TimeProvider _time;
        private readonly LiveOptions _options;
        private readonly ITimer _timer;
        private ChangeSubscription[] _subscriptions = [];
        private HashSet<string> _gathered = new(StringComparer.Ordinal);
        private bool _overflow;
        private bool _scheduled;
        private long _lastTickAt = long.MinValue;

        public ProjectFeed(TimeProvider time, LiveOptions options)
        {
            _time = time;
            _options = options;
            _timer = time.CreateTimer(static feed => ((ProjectFeed)feed!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public long Tick { get; private set; }

        public void Publish(IEnumerable<string> traceIds)
        {
            lock (_gate)
            {
                if (_overflow is false)
                {
                    foreach (var traceId in traceIds)
                        _gathered.Add(traceId);
                    _overflow = _gathered.Count > _options.MaxChangedTraces;
                }

                if (_scheduled)
                    return;
                _scheduled = true;
                var due = TimeSpan.Zero;
                if (_lastTickAt != long.MinValue)
                    due = _options.SignalInterval - _time.GetElapsedTime(_lastTickAt);
                _timer.Change(due > TimeSpan.Zero ? due : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
        }

        public ChangeSubscription Subscribe()
        {
            var subscription = new ChangeSubscription(Unsubscribe, _options.MaxChangedTraces);
            lock (_gate)
                _subscriptions = [.. _subscriptions, subscription];
            return subscription;
        }

        private void Unsubscribe(ChangeSubscription subscription)
        {
            lock (_gate)
                _subscriptions = [.. _subscriptions.Where(s => s != subscription)];
        }

        private void OnTick()
        {
            ChangeSet changes;
            ChangeSubscription[] subscriptions;
            lock (_gate)
            {
                _scheduled = false;
                _lastTickAt = _time.GetTimestamp();
                changes = new ChangeSet(++Tick, _overflow ? new HashSet<string>() : _gathered, _overflow);
                _gathered = new HashSet<string>(StringComparer.Ordinal);
                _overflow = false;
                subscriptions = _subscriptions;
            }

            foreach (var subscription in subscriptions)
                subscription.Signal(changes);
        }
    }
}
