using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace TraceDashboard.Core.Live;

/// <summary>One trace that a committed batch changed.</summary>
public readonly record struct TraceChanged(int ProjectId, string TraceId);

/// <summary>
/// Tells pages and event streams which traces changed. Changes of a project are gathered and handed out in ticks, at most
/// four a second, the same to all its subscribers; so readers that ask the same can be answered once
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
        // Many pages that go to work at the same moment keep what arrives then waiting behind them, so they are told a few at a
        // time, all of them within the first half of the interval.
        private const int AtOnce = 4;

        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

        private readonly Lock _gate = new();
        private readonly TimeProvider _time;
        private readonly LiveOptions _options;
        private readonly ITimer _timer;
        private ChangeSubscription[] _subscriptions = [];
        private HashSet<string> _gathered = new(StringComparer.Ordinal);
        private bool _overflow;
        private bool _scheduled;
        private long _lastTickAt = long.MinValue;
        private ChangeSet? _changes;
        private ChangeSubscription[] _toTell = [];
        private int _told;

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

                if (!_scheduled)
                    ScheduleTick();
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

        private void ScheduleTick()
        {
            _scheduled = true;
            var due = TimeSpan.Zero;
            if (_lastTickAt != long.MinValue)
                due = _options.SignalInterval - _time.GetElapsedTime(_lastTickAt);
            _timer.Change(due > TimeSpan.Zero ? due : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        private void OnTick()
        {
            ChangeSet changes;
            ArraySegment<ChangeSubscription> next;
            lock (_gate)
            {
                if (_told == _toTell.Length)
                    BeginTick();
                changes = _changes!;
                var steps = Math.Max(1, (int)(_options.SignalInterval / 2 / Pause));
                next = new ArraySegment<ChangeSubscription>(_toTell, _told, Math.Min(_toTell.Length - _told, Math.Max(AtOnce, (_toTell.Length + steps - 1) / steps)));
                _told += next.Count;
                if (_told < _toTell.Length)
                    _timer.Change(Pause, Timeout.InfiniteTimeSpan);
                else if (_gathered.Count > 0 || _overflow)
                    ScheduleTick();
                else
                    _scheduled = false;
            }

            foreach (var subscription in next)
                subscription.Signal(changes);
        }

        private void BeginTick()
        {
            _lastTickAt = _time.GetTimestamp();
            _changes = new ChangeSet(++Tick, _overflow ? new HashSet<string>() : _gathered, _overflow);
            _gathered = new HashSet<string>(StringComparer.Ordinal);
            _overflow = false;
            (_toTell, _told) = (_subscriptions, 0);
        }
    }
}
