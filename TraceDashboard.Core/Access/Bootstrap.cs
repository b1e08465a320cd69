using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Access;

/// <summary>Creates the default project and, while it has no key, the configured pair.</summary>
internal sealed partial class Bootstrap(TraceStore store, PriceCatalogue catalogue, IOptions<BootstrapOptions> options, TimeProvider time, ILogger<Bootstrap> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        for (var conflicts = 0; ; conflicts++)
        {
            try
            {
                await store.WriteAsync(CreateAsync, cancellationToken);
                return;
            }
            catch (DbUpdateException) when (conflicts < 2)
            {
                // Another instance was first, with the project or with the key: it is found now. Any other error comes again.
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<int> CreateAsync(TraceDbContext db, CancellationToken cancellationToken)
    {
        if (!await db.Projects.AnyAsync(p => p.Id == DefaultProject.Id, cancellationToken))
        {
            db.Projects.Add(new ProjectRow { Id = DefaultProject.Id, Name = options.Value.ProjectName, PricedWith = catalogue.Version, CreatedAt = time.GetUnixNanos() });
            await db.SaveChangesAsync(cancellationToken);

            // PostgreSQL does not count ids that were given to it.
            if (store.Provider == DatabaseProvider.Postgres)
                await db.Database.ExecuteSqlAsync($"SELECT setval(pg_get_serial_sequence('projects', 'id'), (SELECT max(id) FROM projects))", cancellationToken);
            LogProjectCreated(options.Value.ProjectName);
        }

        if (string.IsNullOrEmpty(options.Value.PublicKey) || string.IsNullOrEmpty(options.Value.SecretKey))
            return 0;
        var hash = ApiKeys.Hash(options.Value.SecretKey);
        var existing = await db.ApiKeys.Where(k => k.ProjectId == DefaultProject.Id).ToListAsync(cancellationToken);
        if (existing.Count == 0)
        {
            db.ApiKeys.Add(new ApiKeyRow
            {
                ProjectId = DefaultProject.Id,
                PublicKey = options.Value.PublicKey,
                SecretHash = hash,
                Name = "From the configuration",
                CreatedAt = time.GetUnixNanos(),
            });
            LogKeyCreated(options.Value.PublicKey);
        }
        else if (!existing.Any(k => k.PublicKey == options.Value.PublicKey && k.SecretHash.AsSpan().SequenceEqual(hash)))
        {
            LogKeyIgnored(options.Value.PublicKey);
        }

        return await db.SaveChangesAsync(cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Information, "Created the project {Name}")]
    private partial void LogProjectCreated(string name);

    [LoggerMessage(2, LogLevel.Information, "Created the key pair {PublicKey} of the default project")]
    private partial void LogKeyCreated(string publicKey);

    [LoggerMessage(3, LogLevel.Warning, "Bootstrap:PublicKey {PublicKey} is ignored: the default project already has other keys, and the pair is created only once")]
    private partial void LogKeyIgnored(string publicKey);
}
