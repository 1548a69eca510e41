using System.Globalization;

namespace Kairship.Simulator.Controllers.Jobs;

/// <summary>Completed indexes of a Job as its status writes them: <c>0-2,4</c>.</summary>
internal static class IndexSet
{
    public static SortedSet<int> Parse(string? text)
    {
        var indexes = new SortedSet<int>();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split('-');
            if (int.TryParse(ends[0], CultureInfo.InvariantCulture, out var first) && int.TryParse(ends[^1], CultureInfo.InvariantCulture, out var last))
            {
                for (var i = first; i <= last; i++)
                {
                    indexes.Add(i);
                }
            }
        }

        return indexes;
    }

    public static string Format(SortedSet<int> indexes)
    {
        var parts = new List<string>();
        int? first = null;
        foreach (var index in indexes)
        {
            first ??= index;
            if (!indexes.Contains(index + 1))
            {
                parts.Add(first == index ? $"{index}" : first + 1 == index ? $"{first},{index}" : $"{first}-{index}");
                first = null;
            }
        }

        return string.Join(',', parts);
    }
}
