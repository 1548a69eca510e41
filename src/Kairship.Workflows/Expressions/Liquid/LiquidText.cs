using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Kairship.Workflows.Expressions.Liquid;

/// <summary>Values as text, counted against the run's limits while it is made.</summary>
internal static class LiquidText
{
    public static string Of(LiquidRun run, object? value)
    {
        switch (value)
        {
            case null or LiquidEmpty:
                return "";
            case string text:
                return text;
            case bool flag:
                return flag ? "true" : "false";
            case long whole:
                return whole.ToString(CultureInfo.InvariantCulture);
            case decimal number:
                return number.ToString(CultureInfo.InvariantCulture);
            case JsonObject json:
                return run.Made(json.ToJsonString());
            default:
                var all = new StringBuilder();
                foreach (var item in LiquidValues.Items(value))
                {
                    run.Step();
                    all.Append(run.Made(Of(run, item)));
                }

                return all.ToString();
        }
    }

    public static JsonNode? Json(LiquidRun run, object? value)
    {
        switch (value)
        {
            case null or LiquidEmpty:
                return null;
            case bool flag:
                return JsonValue.Create(flag);
            case long whole:
                return JsonValue.Create(whole);
            case decimal number:
                return JsonValue.Create(number);
            case string text:
                return JsonValue.Create(text);
            case JsonNode node:
                return node.DeepClone();
            default:
                var list = new JsonArray();
                foreach (var item in LiquidValues.Items(value))
                {
                    run.Step();
                    list.Add(Json(run, item));
                }

                return list;
        }
    }
}
