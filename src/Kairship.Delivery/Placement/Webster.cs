using System.Buffers;
using System.Text;

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

        var sorted = parties.OrderBy(p => p.Name, StringComparer.Ordinal).ToList();
        var seats = Divide(total, sorted.ConvertAll(p => p.Weight).ToArray(), sorted.ConvertAll(p => held?.GetValueOrDefault(p.Name) ?? 0).ToArray(), descendingTies);
        var result = new Dictionary<string, int>(sorted.Count);
        for (var i = 0; i < seats.Length; i++)
        {
            result.Add(sorted[i].Name, seats[i]);
        }

        return result;
    }

    /// <summary>True when ties go to the last name: the FNV-1a hash of 32 bits over the UID is odd, as in Karmada.</summary>
    public static bool TiesDescend(string? uid)
    {
        if (uid is null)
        {
            return false;
        }

        var hash = 2166136261u;
        foreach (var letter in Encoding.UTF8.GetBytes(uid))
        {
            hash = (hash ^ letter) * 16777619u;
        }

        return (hash & 1) == 1;
    }

    /// <summary>As the other one, for parties that are sorted by name.</summary>
    internal static int[] Divide(int total, ReadOnlySpan<long> given, ReadOnlySpan<int> held, bool descendingTies)
    {
        if (given.Length == 0)
        {
            return [];
        }

        long[]? equal = null;
        if (given.IndexOfAnyExcept(0) < 0)
        {
            equal = new long[given.Length];
            Array.Fill(equal, 1);
        }

        ReadOnlySpan<long> weights = equal ?? given;
        var seats = Start(total, weights, held, out var left);
        if (left > 0)
        {
            var order = ArrayPool<int>.Shared.Rent(weights.Length);
            var heap = new Heap(weights, seats, order, descendingTies);
            for (; left > 0; left--)
            {
                heap.Seat();
            }

            ArrayPool<int>.Shared.Return(order);
        }

        return seats;
    }

    /// <summary>
    /// Seats that are certain, so that the loop above is short for a great total: with the divisor d = sum/(total-n) all seats whose quotient is above
    /// 1/(d/2) come before all others, and there are at most total of them.
    /// </summary>
    private static int[] Start(int total, ReadOnlySpan<long> weights, ReadOnlySpan<int> held, out long left)
    {
        var seats = new int[weights.Length];
        var heldSum = 0L;
        for (var i = 0; i < held.Length; i++)
        {
            seats[i] = held[i];
            heldSum += held[i];
        }

        if (heldSum > total || seats.AsSpan().ContainsAnyInRange(int.MinValue, -1))
        {
            throw new ArgumentOutOfRangeException(nameof(held), $"{heldSum} seats are held of {total}; nobody loses a held seat here: divide anew without them.");
        }

        left = total - heldSum;
        var spare = total - weights.Length;
        if (spare <= 0)
        {
            return seats;
        }

        var sum = Int128.Zero;
        foreach (var weight in weights)
        {
            sum += weight;
        }

        var certainSum = 0L;
        for (var i = 0; i < seats.Length; i++)
        {
            certainSum += Math.Max(seats[i], Certain(weights[i], spare, sum));
        }

        for (var i = 0; i < seats.Length && certainSum <= total; i++)
        {
            seats[i] = Math.Max(seats[i], Certain(weights[i], spare, sum));
        }

        left = certainSum <= total ? total - certainSum : left;
        return seats;
    }

    // The count of k >= 0 with weight/(2k+1) > sum/(2*spare), that is 2k+1 < 2*weight*spare/sum.
    private static int Certain(long weight, int spare, Int128 sum)
    {
        var numerator = (Int128)2 * weight * spare - sum;
        return numerator <= 0 ? 0 : (int)((numerator + 2 * sum - 1) / (2 * sum));
    }

    /// <summary>Who has the next claim, kept as a heap over the parties' indexes.</summary>
    private readonly ref struct Heap
    {
        private readonly ReadOnlySpan<long> _weights;
        private readonly int[] _seats;
        private readonly int[] _order;
        private readonly int _count;
        private readonly bool _descending;

        /// <param name="order">Room for a number of each party.</param>
        public Heap(ReadOnlySpan<long> weights, int[] seats, int[] order, bool descending)
        {
            _weights = weights;
            (_seats, _descending) = (seats, descending);
            var count = 0;
            for (var i = 0; i < weights.Length; i++)
            {
                if (weights[i] > 0)
                {
                    order[count++] = i;
                }
            }

            (_order, _count) = (order, count);
            for (var i = count / 2 - 1; i >= 0; i--)
            {
                Sink(i);
            }
        }

        public void Seat()
        {
            _seats[_order[0]]++;
            Sink(0);
        }

        private void Sink(int at)
        {
            while (true)
            {
                var child = 2 * at + 1;
                if (child >= _count)
                {
                    return;
                }

                if (child + 1 < _count && IsBefore(_order[child + 1], _order[child]))
                {
                    child++;
                }

                if (!IsBefore(_order[child], _order[at]))
                {
                    return;
                }

                (_order[at], _order[child]) = (_order[child], _order[at]);
                at = child;
            }
        }

        private bool IsBefore(int x, int y)
        {
            // Exact: weight/(2*seats+1) compared crosswise, the greater one first.
            var (seatsX, seatsY) = (_seats[x], _seats[y]);
            if (_weights[x] <= int.MaxValue && _weights[y] <= int.MaxValue)
            {
                // 31 bits times 32 bits: no overflow.
                var (left, right) = (_weights[x] * (2L * seatsY + 1), _weights[y] * (2L * seatsX + 1));
                if (left != right)
                {
                    return left > right;
                }
            }
            else
            {
                var (left, right) = ((Int128)_weights[x] * (2L * seatsY + 1), (Int128)_weights[y] * (2L * seatsX + 1));
                if (left != right)
                {
                    return left > right;
                }
            }

            return seatsX != seatsY ? seatsX < seatsY : _descending ? x > y : x < y;
        }
    }
}
