using System.Globalization;
using System.Text.Json;

namespace Kairship.Fleet.Metrics.Prometheus;

/// <summary>What an answer of Prometheus' query API says: one number, or why there is none.</summary>
/// <param name="Value">Null: there is none.</param>
/// <param name="Error">Why, as the rest of a sentence.</param>
internal sealed record PrometheusAnswer(decimal? Value, string? Error)
{
    private const int MostWords = 300;

    public static PrometheusAnswer Without(string error) => new(null, error);

    public static PrometheusAnswer Read(int status, byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("status", out var told)
                ? Read(status, told.GetString(), json.RootElement)
                : Foreign(status);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException)
        {
            return Foreign(status);
        }
    }

    private static PrometheusAnswer Read(int status, string? told, JsonElement answer)
    {
        if (told != "success")
        {
            var error = answer.TryGetProperty("error", out var words) ? words.GetString() : null;
            return Without(string.IsNullOrWhiteSpace(error) ? $"Prometheus refused the query ({status})" : $"Prometheus refused the query: {Shorten(error)}");
        }

        var data = answer.GetProperty("data");
        var result = data.GetProperty("result");
        switch (data.GetProperty("resultType").GetString())
        {
            case "scalar":
                return Number(result[1].GetString());
            case "vector":
                return result.GetArrayLength() switch
                {
                    0 => Without("the query gave no data"),
                    1 => Number(result[0].GetProperty("value")[1].GetString()),
                    var many => Without($"the query gave {many} series and must give one: put sum() or max() around it"),
                };
            case var other:
                return Without($"the query gave a {Shorten(other ?? "thing without a type")} and must give one number");
        }
    }

    private static PrometheusAnswer Number(string? text) => text switch
    {
        "NaN" => Without("the query gave NaN, which is no number: nothing was divided by nothing"),
        "+Inf" or "Inf" or "-Inf" => Without($"the query gave {text}, which is no number: something was divided by 0"),
        _ when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) => new PrometheusAnswer(value, null),
        _ => Without($"the query gave '{Shorten(text ?? "")}', which is no number that can be worked with"),
    };

    private static PrometheusAnswer Foreign(int status) => Without(status is 401 or 403
        ? $"Prometheus does not accept the credentials that it was shown ({status})"
        : $"what answered is no Prometheus, or it is in trouble ({status})");

    // The words come from elsewhere and end in logs and on terminals.
    private static string Shorten(string text)
    {
        var plain = new string([.. text.Take(MostWords).Select(c => char.IsControl(c) ? ' ' : c)]);
        return text.Length > MostWords ? plain + "…" : plain;
    }
}
