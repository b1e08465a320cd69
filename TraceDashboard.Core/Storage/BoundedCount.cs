using Microsoft.EntityFrameworkCore;

namespace TraceDashboard.Core.Storage;

/// <summary>Counts for lists whose pages are numbered: a page of a store of millions must not cost a count of all of them.</summary>
internal static class BoundedCount
{
    /// <summary>How many rows behind the beginning of a page are counted.</summary>
    public const int Most = 10_000;

    /// <summary>
    /// How many rows there are; of those behind the beginning of the page no more than <see cref="Most"/> are counted. Who goes from page to
    /// page as long as there are some comes to the end: on the next page, more are counted.
    /// </summary>
    /// <param name="skip">Rows before the page.</param>
    public static async Task<int> CountFromAsync<T>(this IQueryable<T> rows, int skip, CancellationToken cancellationToken) =>
        await rows.Take((int)Math.Min((long)skip + Most, int.MaxValue)).CountAsync(cancellationToken);
}
