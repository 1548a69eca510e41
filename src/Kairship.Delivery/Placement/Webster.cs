namespace Kairship.Delivery.Placement;

/// <summary>
/// Webster's method (Sainte-Laguë): each next seat goes to the greatest weight/(2*seats+1). It is house-monotone: a greater total never takes a seat away.
/// Ties: fewer seats first, then name ascending (descending on demand, as Karmada does by the object's UID).
/// </summary>
public static class Webster
{
    /// <summary>Divides <paramref name="total"/> seats, those already <paramref name="held"/> included; nobody loses a held seat.</summary>
    /// <param name="parties">Distinct names; weights from 0 on. A weight of 0 gets no further seat, unless all are 0: then all weigh 1.</param>
    /// <param name="held">Seats that parties start with; names that are not among the parties do not count.</param>
    /// <returns>Every party's seats; their sum is <paramref name="total"/>, or nothing when there is no party.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A negative total or weight, or more seats held than the total.</exception>
    /// <exception cref="ArgumentException">A party twice.</exception>
    public static IReadOnlyDictionary<string, int> Divide(
        int total, IReadOnlyList<(string Name, long Weight)> parties, IReadOnlyDictionary<string, int>? held = null, bool descendingTies = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(total);
        foreach (var (name, weight) in parties)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(weight, name);
        }

        if (parties.Count == 0)
        {
            return new Dictionary<string, int>();
        }

        var allZero = parties.All(p => p.Weight == 0);
        var weights = parties.ToDictionary(p => p.Name, p => allZero ? 1 : p.Weight);
        var seats = Start(total, weights, held);
        var queue = new PriorityQueue<string, Claim>(new ClaimOrder(descendingTies));
        foreach (var (name, weight) in weights.Where(w => w.Value > 0))
        {
            queue.Enqueue(name, new Claim(name, weight, seats[name]));
        }

        for (var left = total - seats.Values.Sum(); left > 0; left--)
        {
            var winner = queue.Dequeue();
            seats[winner]++;
            queue.Enqueue(winner, new Claim(winner, weights[winner], seats[winner]));
        }

        return seats;
    }

    /// <summary>
    /// Seats that are certain, so that the loop above is short for a great total: with the divisor d = sum/(total-n) all seats whose quotient is above
    /// 1/(d/2) come before all others, and there are at most total of them.
    /// </summary>
    private static Dictionary<string, int> Start(int total, Dictionary<string, long> weights, IReadOnlyDictionary<string, int>? held)
    {
        var seats = weights.Keys.ToDictionary(name => name, name => held?.GetValueOrDefault(name) ?? 0);
        var heldSum = seats.Values.Sum(value => (long)value);
        if (heldSum > total || seats.Values.Any(value => value < 0))
        {
            throw new ArgumentOutOfRangeException(nameof(held), $"{heldSum} seats are held of {total}; nobody loses a held seat here: divide anew without them.");
        }

        var spare = total - weights.Count;
        if (spare <= 0)
        {
            return seats;
        }

        var sum = weights.Values.Aggregate(Int128.Zero, (all, weight) => all + weight);
        var certain = weights.ToDictionary(w => w.Key, w => Math.Max(seats[w.Key], Certain(w.Value, spare, sum)));
        return certain.Values.Sum(value => (long)value) <= total ? certain : seats;
    }

    // The count of k >= 0 with weight/(2k+1) > sum/(2*spare), that is 2k+1 < 2*weight*spare/sum.
    private static int Certain(long weight, int spare, Int128 sum)
    {
        var numerator = (Int128)2 * weight * spare - sum;
        return numerator <= 0 ? 0 : (int)((numerator + 2 * sum - 1) / (2 * sum));
    }

    private readonly record struct Claim(string Name, long Weight, int Seats);

    private sealed class ClaimOrder(bool descendingTies) : IComparer<Claim>
    {
        public int Compare(Claim x, Claim y)
        {
            // Exact: weight/(2*seats+1) compared crosswise, the greater one first.
            var byQuotient = ((Int128)y.Weight * (2L * x.Seats + 1)).CompareTo((Int128)x.Weight * (2L * y.Seats + 1));
            if (byQuotient != 0)
            {
                return byQuotient;
            }

            var byName = string.CompareOrdinal(x.Name, y.Name);
            return x.Seats != y.Seats ? x.Seats.CompareTo(y.Seats) : descendingTies ? -byName : byName;
        }
    }
}
