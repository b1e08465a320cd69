using System.Collections.Concurrent;

namespace TraceDashboard.Components.Charts;

/// <summary>
/// The colour of a series: the same for the same name on every page and for every reader. A name keeps the colour it was first
/// given; charts name theirs in order of weight, so the heaviest get colours of their own before any colour is used twice.
/// </summary>
public sealed class SeriesColors
{
    /// <summary>Most series that one chart tells apart; the rest belongs into <see cref="Other"/>.</summary>
    public const int Count = 6;

    /// <summary>For what is summed up, as CSS.</summary>
    public const string Other = "var(--series-other)";

    // Names come from senders: one that keeps inventing them must not fill the memory.
    private const int MaxNames = 10_000;

    private readonly ConcurrentDictionary<int, ProjectColors> _projects = new();

    /// <summary>CSS colours for the series of one chart, no two alike.</summary>
    /// <param name="names">At most <see cref="Count"/>, the heaviest first.</param>
    public IReadOnlyList<string> Assign(int projectId, IReadOnlyList<string> names)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(names.Count, Count);
        return _projects.GetOrAdd(projectId, static _ => new ProjectColors()).Assign(names);
    }

    private sealed class ProjectColors
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);
        private readonly int[] _uses = new int[Count];

        public string[] Assign(IReadOnlyList<string> names)
        {
            var colors = new string[names.Count];
            var taken = new bool[Count];
            lock (_gate)
            {
                for (var i = 0; i < names.Count; i++)
                {
                    if (!_slots.TryGetValue(names[i], out var slot))
                        slot = Add(names[i], taken);
                    // Two old names with one colour meet in this chart: the lighter one yields, here only.
                    while (taken[slot])
                        slot = (slot + 1) % Count;
                    taken[slot] = true;
                    colors[i] = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"var(--series-{slot + 1})");
                }
            }

            return colors;
        }

        private int Add(string name, bool[] taken)
        {
            var slot = -1;
            for (var i = 0; i < Count; i++)
            {
                if (!taken[i] && (slot < 0 || _uses[i] < _uses[slot]))
                    slot = i;
            }

            if (_slots.Count < MaxNames)
            {
                _slots.Add(name, slot);
                _uses[slot]++;
            }

            return slot;
        }
    }
}
