using System.Linq.Expressions;

namespace Kairship.Storage.Database;

/// <summary>Orders whose direction is a value.</summary>
internal static class Sorting
{
    public static IOrderedQueryable<TRow> By<TRow, TKey>(this IQueryable<TRow> rows, Expression<Func<TRow, TKey>> key, bool descending) =>
        descending ? rows.OrderByDescending(key) : rows.OrderBy(key);

    public static IOrderedQueryable<TRow> ThenBy<TRow, TKey>(this IOrderedQueryable<TRow> rows, Expression<Func<TRow, TKey>> key, bool descending) =>
        descending ? rows.ThenByDescending(key) : rows.ThenBy(key);
}
