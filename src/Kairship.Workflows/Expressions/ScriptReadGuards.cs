using Jint;
using Jint.Native;
using Jint.Native.Object;

namespace Kairship.Workflows.Expressions;

/// <summary>
/// Guards of built-in functions that read much in one call. A sum of texts costs nothing before somebody reads it: an array of ten thousand
/// such sums is gigabytes once it is sorted. And to look for a long text in a long text can take their product.
/// </summary>
internal sealed class ScriptReadGuards
{
    // Compared characters: some tenths of a second.
    private const double MaxSearch = 4e9;

    // What becomes of one character when a text is taken apart, in characters.
    private const int ObjectsPerCharacter = 8;

    private readonly Engine engine;
    private readonly ExpressionLimits limits;

    private ScriptReadGuards(Engine engine, ExpressionLimits limits) => (this.engine, this.limits) = (engine, limits);

    /// <param name="objects">The objects that <see cref="ScriptGuards"/> asked for, by their number.</param>
    public static void Install(Engine engine, ExpressionLimits limits, Func<int, ObjectInstance> objects)
    {
        var guards = new ScriptReadGuards(engine, limits);
        guards.All(objects(0), Search, "indexOf", "lastIndexOf", "includes", "split", "replace", "replaceAll");
        guards.All(objects(0), guards.TakeApart, "match", "matchAll", "split");
        guards.All(objects(1), guards.Read, "sort", "toSorted", "indexOf", "lastIndexOf", "includes", "toLocaleString");
        guards.All(objects(3), guards.Read, "max", "min", "hypot");
        guards.All(objects(4), guards.TakeApartArguments, "assign", "keys", "values", "entries", "getOwnPropertyNames", "getOwnPropertyDescriptors", "fromEntries", "groupBy");
        guards.All(objects(5), guards.TakeApartArguments, "from");
        guards.All(objects(6), guards.Read, "add", "has");
        guards.All(objects(7), guards.Read, "set", "get", "has");
        guards.All(objects(8), guards.Read, "groupBy");
    }

    private void All(ObjectInstance owner, Action<string, JsValue, JsValue[]> check, params string[] names)
    {
        foreach (var name in names)
        {
            ScriptGuards.Put(engine, owner, name, (self, arguments) => check(name, self, arguments));
        }
    }

    private static void Search(string name, JsValue self, JsValue[] arguments)
    {
        var sought = arguments is [JsString text, ..] ? (double)text.Length : 0;
        if (sought > 256 && self is JsString subject && subject.Length * sought > MaxSearch)
        {
            throw new ExpressionException($"{name}() would look for a text of {sought} characters in one of {subject.Length}: that takes too long.");
        }
    }

    private void TakeApart(string name, JsValue self, JsValue[] arguments) => Refuse(name, Text(self) * ObjectsPerCharacter);

    private void TakeApartArguments(string name, JsValue self, JsValue[] arguments) =>
        Refuse(name, arguments.Sum(a => a is JsString ? Text(a) * ObjectsPerCharacter : Texts(a)));

    private void Read(string name, JsValue self, JsValue[] arguments) => Refuse(name, Texts(self) + arguments.Sum(Texts));

    private void Refuse(string name, long characters)
    {
        if (characters > limits.TextLength)
        {
            throw new ExpressionException($"{name}() would go through more than {limits.TextLength} characters.");
        }
    }

    private static long Text(JsValue value) => value is JsString text ? text.Length : 0;

    /// <summary>A text, or the texts of a list and of the lists in it.</summary>
    private static long Texts(JsValue value)
    {
        if (value is not JsArray list)
        {
            return Text(value);
        }

        var sum = 0L;
        for (var i = 0u; i < list.Length; i++)
        {
            var item = list[i];
            sum += item is JsArray { Length: 2 } pair ? Text(pair[0]) : Text(item);
        }

        return sum;
    }
}
