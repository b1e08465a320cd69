namespace TraceDashboard.Tests.Infrastructure;

/// <summary>The repository that the tests were built in.</summary>
internal static class SourceTree
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "TraceDashboard.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The tests are not run from below the repository.");
    }
}
