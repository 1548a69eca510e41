using Kairship.Api;
using Kairship.Delivery.Placement;

namespace Kairship.Server.Placements;

/// <summary>Tolerations as kubectl writes taints: "key=value:Effect", "key:Effect" or "key".</summary>
internal static class TaintText
{
    private const int MostLetters = 400;

    public static (IReadOnlyList<Toleration> Tolerations, List<ProblemError> Problems) Read(IReadOnlyList<string> texts, int most)
    {
        if (texts.Count > most)
        {
            return ([], [new ProblemError("tolerate", $"has {texts.Count} taints; at most {most} are taken")]);
        }

        var read = texts.Select(Read).ToList();
        return ([.. read.OfType<Toleration>()], [.. read.Select((t, i) => (t, i)).Where(t => t.t is null)
            .Select(t => new ProblemError($"tolerate[{t.i}]", "must be key=value:Effect, key:Effect or key, with the effect NoSchedule or NoExecute"))]);
    }

    private static Toleration? Read(string? text)
    {
        if (text is not { Length: > 0 and <= MostLetters })
        {
            return null;
        }

        TaintEffect? effect = null;
        if (text.LastIndexOf(':') is >= 0 and var colon)
        {
            if (!Enum.TryParse<TaintEffect>(text[(colon + 1)..], out var named) || !Enum.IsDefined(named))
            {
                return null;
            }

            (text, effect) = (text[..colon], named);
        }

        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return (equals < 0 ? text : text[..equals]) is not { Length: > 0 } key ? null
            : equals < 0 ? new Toleration(key, TolerationOperator.Exists, null, effect)
            : new Toleration(key, TolerationOperator.Equal, text[(equals + 1)..], effect);
    }
}
