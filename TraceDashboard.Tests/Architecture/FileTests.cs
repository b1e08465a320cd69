using System.Text.RegularExpressions;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Architecture;

/// <summary>A stranger finds a type in the file of its name.</summary>
public partial class FileTests
{
    /// <summary>A companion that is longer has a file of its own.</summary>
    private const int LongestCompanion = 15;

    [Fact]
    public void A_file_is_named_after_a_type_in_it_and_what_else_it_has_is_small()
    {
        var wrong = new List<string>();
        foreach (var file in SourceFiles())
        {
            var name = Path.GetFileName(file).Split('.')[0];
            var types = TypesOf(File.ReadAllLines(file)).ToList();
            if (types.Count > 0 && !types.Exists(t => t.Name == name))
                wrong.Add($"{file} has no type {name}, but {string.Join(", ", types.Select(t => t.Name))}");
            wrong.AddRange(types.Where(t => t.Name != name && t.Lines > LongestCompanion).Select(t => $"{file} has {t.Name}, of {t.Lines} lines"));
        }

        Assert.Equal("", string.Join('\n', wrong.Order(StringComparer.Ordinal)));
    }

    private static IEnumerable<string> SourceFiles() =>
        from project in (string[])["TraceDashboard", "TraceDashboard.Core"]
        from file in Directory.EnumerateFiles(Path.Combine(SourceTree.Root, project), "*.cs", SearchOption.AllDirectories)
        where !Regex.IsMatch(file, @"[\\/](obj|bin|node_modules|Migrations)[\\/]")
        select file;

    /// <summary>The types of a file and how many lines each takes, by the form that the formatter gives them.</summary>
    private static IEnumerable<(string Name, int Lines)> TypesOf(string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (Declaration().Match(lines[i]) is not { Success: true } type)
                continue;
            var start = i;
            while (!Regex.IsMatch(lines[i], i == start ? ";$" : @"^\}|^\).*;$|^    \S.*\);$"))
                i++;
            yield return (type.Groups[1].Value, i - start + 1);
        }
    }

    [GeneratedRegex(@"^(?:public |internal |file |static |sealed |abstract |partial |readonly |ref |unsafe )*(?:class|record struct|record class|record|struct|interface|enum) (\w+)")]
    private static partial Regex Declaration();
}
