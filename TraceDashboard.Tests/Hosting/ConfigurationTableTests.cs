using System.ComponentModel;
using System.Reflection;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Hosting;

public class ConfigurationTableTests
{
    [Fact]
    public async Task The_README_names_every_option_with_its_default()
    {
        var readme = await File.ReadAllLinesAsync(Path.Combine(SourceTree.Root, "README.md"), TestContext.Current.CancellationToken);
        var rows = readme.Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('|', StringSplitOptions.TrimEntries)).ToList();
        var options =
            from type in new[] { typeof(Program).Assembly, typeof(DatabaseOptions).Assembly }.SelectMany(a => a.GetTypes())
            where type.GetField("Section", BindingFlags.Public | BindingFlags.Static) is { IsLiteral: true }
            let section = (string)type.GetField("Section")!.GetRawConstantValue()!
            let defaults = Activator.CreateInstance(type)!
            from property in type.GetProperties()
            where property.SetMethod is not null && property.Name != nameof(DatabaseOptions.ConnectionString) // of ConnectionStrings
            select (Key: $"{section}:{property.Name}", property.PropertyType, Default: property.GetValue(defaults));

        var count = 0;
        foreach (var (key, type, value) in options)
        {
            var row = rows.SingleOrDefault(r => r[1].Split(", ").Contains($"`{key}`"));
            Assert.True(row is not null, $"README.md has no row for {key}");
            if (value is not null)
                Assert.Equal((key, value), (key, TypeDescriptor.GetConverter(type).ConvertFromInvariantString(row[2].Trim('`'))));
            count++;
        }

        Assert.InRange(count, 25, 200);
    }
}
