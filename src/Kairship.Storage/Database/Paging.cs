using Kairship.Workflows.Storage;
using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Database;

internal static class Paging
{
    public const int MaxTake = 1000;

    /// <summary>Skip and take of an ordered query, and how many there are in all.</summary>
    public static async Task<Page<TResult>> PageAsync<TRow, TResult>(
        this IQueryable<TRow> rows, PageRequest page, Func<TRow, TResult> toResult, CancellationToken cancellationToken)
    {
        var total = await rows.LongCountAsync(cancellationToken);
        var items = await rows.Skip(Math.Max(0, page.Skip)).Take(Math.Clamp(page.Take, 0, MaxTake)).ToListAsync(cancellationToken);
        return new Page<TResult>([.. items.Select(toResult)], total);
    }
}
