using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Components.Shared;

/// <summary>Which project this reader looks at: the default one, until there are accounts and a choice.</summary>
public sealed class CurrentProject(ProjectReader projects)
{
    private Project? _project;

    public async ValueTask<Project> GetAsync(CancellationToken cancellationToken) =>
        _project ??= await projects.GetAsync(DefaultProject.Id, cancellationToken);
}
