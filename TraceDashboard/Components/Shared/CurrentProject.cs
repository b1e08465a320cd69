using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Components.Shared;

/// <summary>The tenant whose data the pages show.</summary>
public sealed record Project(int Id, string Name);

/// <summary>Which project this reader looks at: the default one, until there are accounts and a choice.</summary>
public sealed class CurrentProject(TraceStore store)
{
    private Project? _project;

    public async ValueTask<Project> GetAsync(CancellationToken cancellationToken) =>
        _project ??= await store.ReadAsync(
            static (db, ct) => db.Projects.Where(p => p.Id == Projects.DefaultId).Select(p => new Project(p.Id, p.Name)).FirstAsync(ct),
            cancellationToken);
}
