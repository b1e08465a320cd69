using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Access;

/// <summary>
/// Keeps the keys of data protection in the database, so that every process that runs on it reads what another has signed. Not EF Core's package:
/// that would write to SQLite without waiting for its turn.
/// </summary>
/// <param name="store">Asked for when a key is: the app is put together before its settings are checked.</param>
internal sealed class StoredKeys(Func<TraceStore> store) : IXmlRepository
{
    // Asked for once a day at most; the interface has no other way than to wait.
    public IReadOnlyCollection<XElement> GetAllElements() =>
    [
        .. store().ReadAsync((db, ct) => db.DataProtectionKeys.OrderBy(k => k.Id).Select(k => k.Xml).ToListAsync(ct), CancellationToken.None)
            .GetAwaiter().GetResult().Select(XElement.Parse),
    ];

    public void StoreElement(XElement element, string friendlyName) => store().WriteAsync(
        (db, ct) =>
        {
            db.DataProtectionKeys.Add(new DataProtectionKeyRow { Name = friendlyName, Xml = element.ToString(SaveOptions.DisableFormatting) });
            return db.SaveChangesAsync(ct);
        },
        CancellationToken.None).GetAwaiter().GetResult();
}
