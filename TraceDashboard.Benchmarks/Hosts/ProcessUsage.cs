using System.Globalization;

namespace TraceDashboard.Benchmarks.Hosts;

/// <summary>What Linux says of a process (proc(5)).</summary>
internal static class ProcessUsage
{
    // USER_HZ, which is 100 on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>CPU time of the process itself, all threads.</summary>
    public static TimeSpan Cpu(int processId)
    {
        var fields = Stat(processId);
        return TimeSpan.FromSeconds((Number(fields[11]) + Number(fields[12])) / TicksPerSecond);
    }

    /// <summary>CPU time of the process and of its children, those that have ended included.</summary>
    public static TimeSpan CpuWithChildren(int processId)
    {
        var fields = Stat(processId);
        var ticks = Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14]);
        var total = TimeSpan.FromSeconds(ticks / TicksPerSecond);
        foreach (var child in Children(processId))
            total += CpuWithChildren(child);
        return total;
    }

    /// <summary>The most memory that was resident at once since the start or <see cref="ResetPeakMemory"/>, in bytes.</summary>
    public static long PeakMemory(int processId)
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(6, line.Length - 6 - 2).Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    public static void ResetPeakMemory(int processId) => File.WriteAllText($"/proc/{processId}/clear_refs", "5");

    /// <summary>Time that the hypervisor gave to others while this machine had something to do, of all processors together.</summary>
    public static TimeSpan Stolen() =>
        TimeSpan.FromSeconds(Number(File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[8]) / TicksPerSecond);

    private static string[] Stat(int processId)
    {
        // The name in parentheses may hold anything; what follows it starts with field 3.
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static IEnumerable<int> Children(int processId)
    {
        try
        {
            return [.. Directory.EnumerateDirectories($"/proc/{processId}/task")
                .SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return [];
        }
    }

    private static double Number(string field) => double.Parse(field, CultureInfo.InvariantCulture);
}
