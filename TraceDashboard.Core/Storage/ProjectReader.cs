using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Projects;

namespace TraceDashboard.Core.Storage;

/// <summary>Reads what the store knows of a project itself.</summary>
public sealed class ProjectReader(TraceStore store)
{
    public Task<Project> GetAsync(int projectId, CancellationToken cancellationToken) => store.ReadAsync(
        (db, ct) => db.Projects.Where(p => p.Id == projectId).Select(p => new Project(p.Id, p.Name)).FirstAsync(ct), cancellationToken);

    public Task<bool> HasTracesAsync(int projectId, CancellationToken cancellationToken) =>
        store.ReadAsync((db, ct) => db.Traces.AnyAsync(t => t.ProjectId == projectId, ct), cancellationToken);
}
