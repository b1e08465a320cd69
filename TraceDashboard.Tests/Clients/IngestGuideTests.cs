using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Clients;

/// <summary>What docs/ingest.md tells users to write is what the tests run.</summary>
public sealed class IngestGuideTests
{
    private const string Begin = "// snippet";
    private const string End = "// end";

    public static TheoryData<string> Programs { get; } = [.. Directory
        .EnumerateFiles(Path.Combine(SourceTree.Root, "TraceDashboard.Tests", "Clients"))
        .Where(f => File.ReadLines(f).Any(l => l.Trim() == Begin))
        .Select(f => Path.GetFileName(f))
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task The_guide_shows_the_part_of_the_program_that_a_user_needs(string program)
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(SourceTree.Root, "TraceDashboard.Tests", "Clients", program), TestContext.Current.CancellationToken);
        var guide = await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "docs", "ingest.md"), TestContext.Current.CancellationToken);
        var begin = Array.FindIndex(lines, l => l.Trim() == Begin);
        var end = Array.FindIndex(lines, begin, l => l.Trim() == End);
        var indent = lines[begin].Length - lines[begin].TrimStart().Length;
        var snippet = string.Join('\n', lines[(begin + 1)..end].Select(l => l.Length > indent ? l[indent..] : ""));
        Assert.True(guide.Contains($"\n{snippet}\n```", StringComparison.Ordinal), $"docs/ingest.md has no code block that is the snippet of {program}:\n{snippet}");
    }
}
