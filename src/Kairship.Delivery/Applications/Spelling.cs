namespace Kairship.Delivery.Applications;

/// <summary>Finds what somebody probably meant.</summary>
internal static class Spelling
{
    /// <summary>The known word with the least Levenshtein distance, if that is at most a third of the word; null otherwise.</summary>
    public static string? Nearest(string word, IEnumerable<string> known) => word.Length > 64
        ? null
        : known.Select(candidate => (candidate, Distance: Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant())))
            .Where(found => found.Distance <= Math.Max(2, Math.Max(word.Length, found.candidate.Length) / 3) && found.Distance < word.Length)
            .OrderBy(found => found.Distance).ThenBy(found => found.candidate, StringComparer.Ordinal)
            .Select(found => found.candidate).FirstOrDefault();

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], cost);
            }
        }

        return row[^1];
    }
}
