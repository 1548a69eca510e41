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
        var found = await rows.PageAsync(page, cancellationToken);
        return new Page<TResult>([.. found.Items.Select(toResult)], found.Total);
    }

    /// <summary>Counts only what the page does not say: one that is not full is the end.</summary>
    public static async Task<Page<TRow>> PageAsync<TRow>(this IQueryable<TRow> rows, PageRequest page, CancellationToken cancellationToken)
    {
        var (skip, take) = (Math.Max(0, page.Skip), Math.Clamp(page.Take, 0, MaxTake));
        var items = take == 0 ? [] : await rows.Skip(skip).Take(take).ToListAsync(cancellationToken);
        var isEnd = items.Count < take && (items.Count > 0 || skip == 0);
        return new Page<TRow>(items, isEnd ? (long)skip + items.Count : await rows.LongCountAsync(cancellationToken));
    }

    /// <summary>The same for long lists: a page in their second half is walked to from their end. Both counts must see the same rows: call it within <see cref="KairshipDatabase.ReadSnapshotAsync"/>.</summary>
    /// <param name="ordered">The list, and with true the list the other way round.</param>
    public static async Task<Page<TRow>> PageAsync<TRow>(this Func<bool, IQueryable<TRow>> ordered, PageRequest page, CancellationToken cancellationToken)
    {
        if (page.Skip <= 0)
        {
            return await ordered(false).PageAsync(page, cancellationToken);
        }

        var total = await ordered(false).LongCountAsync(cancellationToken);
        var take = (int)Math.Clamp(total - page.Skip, 0, Math.Clamp(page.Take, 0, MaxTake));
        if (take == 0)
        {
            return new Page<TRow>([], total);
        }

        var behind = total - page.Skip - take;
        if (behind >= page.Skip)
        {
            return new Page<TRow>(await ordered(false).Skip(page.Skip).Take(take).ToListAsync(cancellationToken), total);
        }

        var items = await ordered(true).Skip((int)behind).Take(take).ToListAsync(cancellationToken);
        items.Reverse();
        return new Page<TRow>(items, total);
    }
}
