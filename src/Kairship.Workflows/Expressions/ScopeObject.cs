using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Descriptors;

namespace Kairship.Workflows.Expressions;

/// <summary>`variables` or `input` of a script: properties are looked up in the running instance at each access. A value read is a copy.</summary>
internal sealed class ScopeObject(
    Engine engine, Func<string, JsValue?> read, Func<string, JsValue, bool>? write, Func<IEnumerable<string>> names) : ObjectInstance(engine)
{
    public override JsValue Get(JsValue property, JsValue receiver) =>
        property.IsString() && read(property.ToString()) is { } value ? value : base.Get(property, receiver);

    public override PropertyDescriptor GetOwnProperty(JsValue property) =>
        property.IsString() && read(property.ToString()) is { } value
            ? new PropertyDescriptor(value, writable: write is not null, enumerable: true, configurable: true)
            : PropertyDescriptor.Undefined;

    public override bool HasProperty(JsValue property) =>
        property.IsString() && read(property.ToString()) is not null || base.HasProperty(property);

    public override bool Set(JsValue property, JsValue value, JsValue receiver)
    {
        var name = property.ToString();
        if (write is null)
        {
            throw new ExpressionException($"Input '{name}' cannot be set: inputs are read-only.");
        }

        return write(name, value) ? true : throw new ExpressionException($"There is no variable '{name}' here.");
    }

    public override List<JsValue> GetOwnPropertyKeys(Types types = Types.String | Types.Symbol) => [.. names().Select(name => new JsString(name))];

    public override bool DefineOwnProperty(JsValue property, PropertyDescriptor desc) => false;

    public override bool Delete(JsValue property) => false;
}
