using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Mono.Cecil;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Architecture;

/// <summary>Holds the plan of docs/architecture.md.</summary>
public partial class RoomTests
{
    private const string Root = "TraceDashboard.Core";

    /// <summary>The rooms from the top down; those of one line do not know each other.</summary>
    private static readonly string[][] s_lines = ReadRooms();

    [Fact]
    public void A_room_knows_only_rooms_above_it()
    {
        using var core = AssemblyDefinition.ReadAssembly(typeof(TraceStore).Assembly.Location);
        var wrong =
            from use in TypeUses.Of(core)
            let room = RoomOf(use.From.Namespace)
            let known = RoomOf(TypeUses.NamespaceOf(use.To))
            where room is not null && known is not null && room != known && LineOf(known) >= LineOf(room)
            select $"{room} → {known}: {use.From.Name} speaks of {use.To.Name}";

        AssertNone(wrong);
    }

    [Fact]
    public void Every_folder_is_a_room_and_every_type_is_in_the_namespace_of_its_folder()
    {
        var core = Path.Combine(SourceTree.Root, Root);
        var wrong = new List<string>();
        foreach (var file in Directory.EnumerateFiles(core, "*.cs", SearchOption.AllDirectories))
        {
            var folder = Path.GetRelativePath(core, Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.');
            if (folder.StartsWith("obj", StringComparison.Ordinal) || folder.StartsWith("bin", StringComparison.Ordinal))
                continue;
            var declared = Namespace().Match(File.ReadAllText(file)).Groups[1].Value;
            if (declared != $"{Root}.{folder}")
                wrong.Add($"{Path.GetRelativePath(core, file)} declares {declared}");
            if (RoomOf($"{Root}.{folder}") is null)
                wrong.Add($"{folder} is no room of docs/architecture.md");
        }

        AssertNone(wrong);
        Assert.All(s_lines.SelectMany(rooms => rooms), room => Assert.True(Directory.Exists(Path.Combine(core, room)), $"{room} is not there"));
    }

    [Fact]
    public void Only_storage_holds_a_database_context_and_pages_never_see_one()
    {
        using var core = AssemblyDefinition.ReadAssembly(typeof(TraceStore).Assembly.Location);
        using var app = AssemblyDefinition.ReadAssembly(typeof(Program).Assembly.Location);
        // Closures and state machines hold what they are lent for the length of a query.
        var held =
            from type in core.MainModule.GetTypes()
            where RoomOf(TypeUses.NamespaceOf(type)) != "Storage" && !type.Name.StartsWith('<')
            from field in type.Fields
            where IsContext(field.FieldType)
            select $"{type.FullName}.{field.Name}";

        AssertNone(held);
        AssertNone(TypeUses.Of(app).Where(use => IsContext(use.To)).Select(use => use.From.FullName));

        static bool IsContext(TypeReference type) =>
            type.Name is nameof(TraceDbContext) or nameof(DbContext) || (type is GenericInstanceType generic && generic.GenericArguments.Any(IsContext));
    }

    private static void AssertNone(IEnumerable<string> wrong) => Assert.Equal("", string.Join('\n', wrong.Distinct().Order(StringComparer.Ordinal)));

    /// <summary>The innermost room that a namespace is in; null outside of them.</summary>
    private static string? RoomOf(string name)
    {
        for (var at = name; at.StartsWith(Root + '.', StringComparison.Ordinal); at = at[..at.LastIndexOf('.')])
        {
            var room = at[(Root.Length + 1)..].Replace('.', '/');
            if (LineOf(room) >= 0)
                return room;
        }

        return null;
    }

    private static int LineOf(string room) => Array.FindIndex(s_lines, rooms => rooms.Contains(room));

    private static string[][] ReadRooms()
    {
        var document = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "architecture.md"));
        var list = List().Match(document).Groups[1].Value;
        return [.. list.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[..line.IndexOf("  ", StringComparison.Ordinal)].Split(' '))];
    }

    [GeneratedRegex("```rooms\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex List();

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
