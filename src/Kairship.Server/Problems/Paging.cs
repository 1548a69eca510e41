using Kairship.Api;

namespace Kairship.Server.Problems;

/// <summary>?skip=&amp;take= of a list. Out of range is refused, not bent.</summary>
internal readonly record struct Paging(int Skip, int Take)
{
    public const int MaxTake = 1000;

    public static ValueTask<Paging> BindAsync(HttpContext context)
    {
        var skip = Read(context, "skip", 0, 0, int.MaxValue);
        var take = Read(context, "take", 100, 1, MaxTake);
        return ValueTask.FromResult(new Paging(skip, take));
    }

    public PageOf<T> Cut<T>(IReadOnlyList<T> all) => new([.. all.Skip(Skip).Take(Take)], all.Count);

    private static int Read(HttpContext context, string name, int otherwise, int least, int most)
    {
        var text = context.Request.Query[name].ToString();
        if (text.Length == 0)
        {
            return otherwise;
        }

        return int.TryParse(text, out var value) && value >= least && value <= most
            ? value
            : throw new BadHttpRequestException(
                most == int.MaxValue ? $"?{name}= is a number from {least}, not '{text}'." : $"?{name}= is a number from {least} to {most}, not '{text}'.");
    }
}
